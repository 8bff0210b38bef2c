#include "simulation/dispatcher/ports.h"

namespace lethe::simulation {
namespace {

using namespace std::chrono_literals;

/// Leaves also when the process dies: a dead process has no call in flight.
struct InFlight {
  CallChecker& calls;
  int ticket;
  InFlight(CallChecker& the_calls, int the_ticket) : calls(the_calls), ticket(the_ticket) {}
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { calls.CallEnded(ticket); }
};

/// Likewise at CleverTap.
struct UnderWay {
  CleverTap& clevertap;
  Route route;
  UnderWay(CleverTap& the_clevertap, const VendorCall& call)
      : clevertap(the_clevertap), route{std::string(call.account), call.operation} {
    clevertap.CallStarted(route);
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() { clevertap.CallEnded(route); }
};

bool IsControl(const VendorCall& call) {
  return call.dry_run || call.identifiers.front().Reveal().starts_with("lethe-control-call-");
}

}  // namespace

VendorReply VendorPort::Send(const VendorCall& call) {
  if (IsControl(call)) return ControlCall(call);
  if (Has(Defect::kSendsTwice)) Call(call);
  VendorCall sent = call;
  if (Has(Defect::kSendsOneTooFew) && sent.identifiers.size() > 1) {
    sent.identifiers = sent.identifiers.first(sent.identifiers.size() - 1);
  }
  VendorReply reply = Call(sent);
  const bool is_taken_for_yes =
      (Has(Defect::kTakesUnknownForYes) && reply.outcome == OutcomeClass::kUnknown) ||
      (Has(Defect::kTakesRefusalForYes) && reply.outcome == OutcomeClass::kRefused);
  if (is_taken_for_yes) reply.outcome = OutcomeClass::kAccepted;
  if (Has(Defect::kTakesConflictForRefusal) && reply.http_status == 409) {
    reply.outcome = OutcomeClass::kRefused;
  }
  return reply;
}

VendorReply VendorPort::Call(const VendorCall& call) {
  stage_.fate.CrashPoint();
  const Claim claim = *claim_;
  const InFlight in_flight(stage_.calls, stage_.calls.CallStarted(claim, call, lease_until_));
  const UnderWay under_way(stage_.clevertap, call);
  Travel();
  CleverTap::Answer answer = stage_.clevertap.Send(call, stage_.fate.OfCall(call.operation));
  stage_.fate.SomethingHappened();
  stage_.calls.TookEffect(claim, answer.taken);
  const auto oddity = stage_.clevertap.OddityOf(call);
  if (oddity && oddity->hangs) stage_.scheduler.Sleep(kOptions.call_timeout);
  Travel();
  if (answer.reply.outcome == OutcomeClass::kRefused ||
      answer.reply.outcome == OutcomeClass::kMisconfigured) {
    stage_.calls.Refused(claim);
  }
  if (oddity && oddity->kills_sender) stage_.fate.Kill();
  stage_.fate.CrashPoint();
  return answer.reply;
}

VendorReply VendorPort::ControlCall(const VendorCall& call) {
  stage_.fate.CrashPoint();
  const UnderWay under_way(stage_.clevertap, call);
  Travel();
  const CleverTap::Answer answer = stage_.clevertap.Send(call, stage_.fate.OfCall(call.operation));
  stage_.fate.SomethingHappened();
  Travel();
  ++stage_.tally.control_calls;
  stage_.fate.CrashPoint();
  return answer.reply;
}

VendorReply VendorPort::Probe(std::string_view account) {
  stage_.fate.CrashPoint();
  Travel();
  VendorReply reply = stage_.clevertap.Probe(account, stage_.fate.OfProbe());
  Travel();
  last_probe_ = reply.outcome;
  stage_.fate.CrashPoint();
  return reply;
}

/// One way. A slow one may be a process that stood still: no time-out ends that.
void VendorPort::Travel() {
  const milliseconds longest = stage_.fate.VendorIsSlow() ? 2 * kOptions.lease : 500ms;
  stage_.scheduler.Sleep(stage_.fate.UpTo(longest));
}

}  // namespace lethe::simulation
