#include "lethed/access_upkeep.h"

#include <utility>

#include "runtime/access_file.h"

namespace lethe {

Status AccessUpkeep::Begin() {
  if (parts_.path.empty()) return Ok();
  auto text = parts_.read(parts_.path);
  return text.ok() ? TakeUp(*std::move(text)) : Status(text.error());
}

runtime::Next AccessUpkeep::Look() {
  if (parts_.path.empty()) return runtime::Next::kWait;
  auto text = parts_.read(parts_.path);
  if (text.ok() && *text != text_ && *text != seen_) {
    seen_ = *std::move(text);  // perhaps its writer is not done
    return runtime::Next::kWait;
  }
  const Status taken = text.ok() ? TakeUp(*std::move(text)) : Status(text.error());
  const std::string problem = taken.ok() ? "" : taken.error().message;
  if (problem != told_) {
    if (!taken.ok()) parts_.observer.ShowAccessRefused(taken.error());
    if (taken.ok()) parts_.observer.ShowAccessMended();
    told_ = problem;
  }
  return runtime::Next::kWait;
}

Status AccessUpkeep::TakeUp(std::string text) {
  seen_.clear();
  if (text == text_) return Ok();
  auto file = runtime::ParseAccessFile(parts_.path, text, parts_.accounts);
  if (!file.ok()) {
    seen_ = std::move(text);
    return file.error();
  }
  text_ = std::move(text);
  parts_.observer.ShowAccess(*file);
  parts_.directory.Use(access::Directory(std::move(file->members)));
  return Ok();
}

}  // namespace lethe
