#include "lethed/access_upkeep.h"

#include <utility>

#include "runtime/access_file.h"

namespace lethe {

Status AccessUpkeep::Begin() { return parts_.path.empty() ? Ok() : TakeUp(); }

runtime::Next AccessUpkeep::Look() {
  if (parts_.path.empty()) return runtime::Next::kWait;
  const Status taken = TakeUp();
  const std::string problem = taken.ok() ? "" : taken.error().message;
  if (problem != told_) {
    if (!taken.ok()) parts_.observer.ShowAccessRefused(taken.error());
    if (taken.ok()) parts_.observer.ShowAccessMended();
    told_ = problem;
  }
  return runtime::Next::kWait;
}

Status AccessUpkeep::TakeUp() {
  auto text = parts_.read(parts_.path);
  if (!text.ok()) return text.error();
  if (*text == text_) return Ok();
  auto file = runtime::ParseAccessFile(parts_.path, *text, parts_.accounts);
  if (!file.ok()) return file.error();
  text_ = *std::move(text);
  parts_.observer.ShowAccess(*file);
  parts_.directory.Use(access::Directory(std::move(file->members)));
  return Ok();
}

}  // namespace lethe
