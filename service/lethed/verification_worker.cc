#include "lethed/verification_worker.h"

#include <algorithm>

namespace lethe {
namespace {

std::vector<Route> RoutesOf(const std::vector<Account>& accounts) {
  std::vector<Route> routes;
  for (const Account& account : accounts) {
    if (!account.verification.on()) continue;
    for (const Operation operation : kAll<Operation>) routes.push_back({account.name, operation});
  }
  return routes;
}

/// As many as may have a look-up in flight, within what one process runs.
int ThreadsFor(const runtime::Config& config) {
  int threads = 0;
  for (const Account& account : config.accounts) {
    if (account.verification.on()) threads += account.concurrency;
  }
  return std::min(threads, config.dispatcher.senders);
}

}  // namespace

Looking::Looking(const std::string& holder, const runtime::Config& config, const Parts& parts)
    : observer_(parts.observer),
      linger_(config.dispatcher.linger),
      routes_(RoutesOf(config.accounts)),
      queue_(holder, config.accounts, parts.keys, parts.pool),
      verifier_({.queue = queue_,
                 .profiles = parts.profiles,
                 .clock = parts.clock,
                 .jitter = parts.jitter,
                 .stop = stopping_.get_token()},
                {.linger = config.dispatcher.linger,
                 .lease = config.dispatcher.lease,
                 .call_timeout = config.dispatcher.call_timeout}),
      threads_(ThreadsFor(config), config.accounts,
               [this](const Route& route) { return LookOnce(route); }) {}

void Looking::Stop() {
  stopping_.request_stop();
  threads_.Stop();
}

runtime::Next Looking::Offer() {
  if (routes_.empty()) return runtime::Next::kWait;
  const auto due = queue_.Due(routes_, linger_);
  if (!due.ok()) {
    observer_.ShowFailure("looks.failed", due.error());
    return runtime::Next::kWait;
  }
  for (const Route& route : *due) threads_.Offer(route);
  return runtime::Next::kWait;
}

runtime::Next Looking::ForgetCaptures() {
  observer_.Show(verifier_.ForgetCaptures());
  return runtime::Next::kWait;
}

runtime::Sent Looking::LookOnce(const Route& route) {
  const core::LookReport report = verifier_.LookOnce(route);
  observer_.Show(route, report);
  return report.claimed ? runtime::Sent::kSomething : runtime::Sent::kNothing;
}

}  // namespace lethe
