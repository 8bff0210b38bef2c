#include "lethed/delivery_worker.h"

#include <string>

namespace lethe {
namespace {

using runtime::Next;

std::vector<Route> RoutesOf(const std::vector<Account>& accounts) {
  std::vector<Route> routes;
  for (const Account& account : accounts) {
    for (const Operation operation : kAll<Operation>) routes.push_back({account.name, operation});
  }
  return routes;
}

}  // namespace

DeliveryWorker::DeliveryWorker(const std::vector<Account>& accounts, Options options,
                               const Parts& parts)
    : parts_(parts),
      linger_(options.linger),
      routes_(RoutesOf(accounts)),
      senders_(options.threads, accounts, [this](const Route& route) { return SendOne(route); }) {}

Next DeliveryWorker::OfferRoutes() {
  const auto sendable = parts_.queue.Sendable(routes_, linger_);
  if (!sendable.ok()) {
    parts_.observer.ShowFailure("queue.failed", sendable.error());
    return Next::kWait;
  }
  for (const Route& route : *sendable) senders_.Offer(route);
  return Next::kWait;
}

runtime::Sent DeliveryWorker::SendOne(const Route& route) {
  // Senders go on by themselves while there is something to send.
  if (!parts_.clock.trusted()) return runtime::Sent::kNothing;
  if (TakeToJudge(route)) parts_.observer.Show(parts_.dispatcher.JudgeRefusals(route));
  const core::SendReport report = parts_.dispatcher.SendOne(route);
  parts_.observer.Show(route, report);
  // Not left to the pass: senders halve a refused batch many times a second, and where CleverTap's
  // rule has changed they must stop.
  if (report.items[BatchState::kHeld] > 0) {
    parts_.observer.Show(parts_.dispatcher.JudgeRefusals(route));
  }
  return report.step == core::SendStep::kIdle ? runtime::Sent::kNothing : runtime::Sent::kSomething;
}

Next DeliveryWorker::RescueAbandoned() {
  const core::RescueReport report = parts_.dispatcher.RescueAbandoned();
  parts_.observer.Show(report);
  return report.more ? Next::kAgain : Next::kWait;
}

Next DeliveryWorker::JudgeRefusals() {
  const auto routes = parts_.dispatcher.RoutesToJudge();
  if (!routes.ok()) {
    parts_.observer.Show(core::RefusalReport{.error = routes.error()});
    return Next::kWait;
  }
  for (const Route& route : *routes) {
    {
      const std::lock_guard lock(mutex_);
      to_judge_.insert(route);
    }
    senders_.Offer(route);
  }
  return Next::kWait;
}

bool DeliveryWorker::TakeToJudge(const Route& route) {
  const std::lock_guard lock(mutex_);
  return to_judge_.erase(route) > 0;
}

Next DeliveryWorker::ProbeAccounts() {
  parts_.passcodes.Look([this](const std::string& account) {
    Status told = parts_.gate.ProbeSoon(account);
    if (!told.ok()) parts_.observer.ShowFailure("probe.failed", told.error());
    return told;
  });
  const core::ProbeReport report = parts_.prober.ProbeOne();
  parts_.observer.Show(report);
  return report.account.empty() ? Next::kWait : Next::kAgain;
}

Next DeliveryWorker::CloseWindows() {
  parts_.observer.Show(parts_.dispatcher.CloseWindows());
  return Next::kWait;
}

Next DeliveryWorker::ReleaseHeld() {
  parts_.observer.Show(parts_.dispatcher.ReleaseHeld());
  return Next::kWait;
}

}  // namespace lethe
