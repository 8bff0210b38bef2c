#include "lethed/tls_upkeep.h"

#include <utility>

namespace lethe {

Status TlsUpkeep::Begin() { return parts_.files ? TakeUp() : Ok(); }

runtime::Next TlsUpkeep::Look() {
  if (!parts_.files) return runtime::Next::kWait;
  const Status taken = TakeUp();
  const std::string problem = taken.ok() ? "" : taken.error().message;
  if (problem != told_) {
    if (!taken.ok()) parts_.observer.ShowTlsRefused(parts_.port, taken.error());
    if (taken.ok()) parts_.observer.ShowTlsMended(parts_.port);
    told_ = problem;
  }
  return runtime::Next::kWait;
}

Status TlsUpkeep::TakeUp() {
  auto identity = parts_.load(*parts_.files);
  if (!identity.ok()) return identity.error();
  if (*identity == *identity_.Current()) return Ok();
  if (refused_ && *identity == refused_->identity) return refused_->why;
  if (parts_.use) {
    if (Status used = parts_.use(*identity); !used.ok()) {
      refused_ = {*identity, used.error()};
      return used;
    }
  }
  parts_.observer.ShowTls(parts_.port, *identity);
  identity_.Use(*std::move(identity));
  return Ok();
}

}  // namespace lethe
