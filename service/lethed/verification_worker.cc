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

/// One for each look-up that the accounts may have in flight, within what one process runs.
int ThreadsFor(const std::vector<Account>& accounts, int max_threads) {
  int threads = 0;
  for (const Account& account : accounts) {
    if (account.verification.on()) threads += account.concurrency;
  }
  return std::min(threads, max_threads);
}

}  // namespace

VerificationWorker::VerificationWorker(const std::vector<Account>& accounts, const Options& options,
                                       const Parts& parts)
    : observer_(parts.observer),
      queue_(parts.queue),
      clock_(parts.clock),
      linger_(options.verifier.linger),
      routes_(RoutesOf(accounts)),
      verifier_({.queue = parts.queue,
                 .profiles = parts.profiles,
                 .clock = parts.clock.deciding(),
                 .jitter = parts.jitter,
                 .stop = stopping_.get_token()},
                options.verifier),
      threads_(ThreadsFor(accounts, options.max_threads), accounts,
               [this](const Route& route) { return LookOnce(route); }) {}

void VerificationWorker::Stop() {
  stopping_.request_stop();
  threads_.Stop();
}

runtime::Next VerificationWorker::OfferRoutes() {
  if (routes_.empty()) return runtime::Next::kWait;
  const auto due = queue_.Due(routes_, linger_);
  if (!due.ok()) {
    observer_.ShowFailure("looks.failed", due.error());
    return runtime::Next::kWait;
  }
  for (const Route& route : *due) threads_.Offer(route);
  return runtime::Next::kWait;
}

runtime::Next VerificationWorker::ForgetCaptures() {
  observer_.Show(verifier_.ForgetCaptures());
  return runtime::Next::kWait;
}

runtime::Sent VerificationWorker::LookOnce(const Route& route) {
  if (!clock_.trusted()) return runtime::Sent::kNothing;
  const core::LookReport report = verifier_.LookOnce(route);
  observer_.Show(route, report);
  return report.claimed ? runtime::Sent::kSomething : runtime::Sent::kNothing;
}

}  // namespace lethe
