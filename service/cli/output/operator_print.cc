#include "cli/output/operator_print.h"

#include <algorithm>

#include "cli/output/words.h"

namespace lethe::cli {
namespace {

std::string Because(const std::string& reason) { return reason.empty() ? "" : " (" + reason + ')'; }

std::string Line(const v1::Review::Attempt& attempt) {
  std::string line = "  call " + std::to_string(attempt.number()) +
                     Time(" at ", attempt.has_start_time(), attempt.start_time()) + ": ";
  line += attempt.outcome() == v1::CALL_OUTCOME_UNSPECIFIED
              ? "never answered"
              : Lower(v1::CallOutcome_Name(attempt.outcome()), "CALL_OUTCOME_");
  if (attempt.http_status() != 0) line += ", HTTP " + std::to_string(attempt.http_status());
  if (!attempt.vendor_code().empty()) line += ", code " + attempt.vendor_code();
  line += Time("; answered ", attempt.has_finish_time(), attempt.finish_time());
  if (attempt.abandoned()) line += "; its sender was gone";
  return line;
}

std::string Blocked(const v1::Account::Block& block) {
  return Time(" blocked since ", block.has_block_time(), block.block_time()) +
         Because(block.reason()) +
         (block.has_probe_time() ? Time("; tries again at ", true, block.probe_time())
                                 : "; only an operator resumes it");
}

/// `delete paused since .. by .. (..)`
std::string Paused(const v1::Pause& pause) {
  return (pause.api().empty() ? std::string() : pause.api() + ' ') +
         Time("paused since ", pause.has_pause_time(), pause.pause_time()) + " by " +
         pause.principal() + Because(pause.reason()) +
         Time(" until ", pause.has_end_time(), pause.end_time());
}

/// ` send-again, cancel`
std::string Words(const google::protobuf::RepeatedField<int>& decisions) {
  std::string words;
  const char* separator = " ";
  for (const int decision : decisions) {
    words += separator + Word(static_cast<v1::ReviewDecision>(decision));
    separator = ", ";
  }
  return words;
}

std::string Count(int count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string Word(v1::ReviewDecision decision) {
  std::string word = Lower(v1::ReviewDecision_Name(decision), "REVIEW_DECISION_");
  std::ranges::replace(word, '_', '-');
  return word;
}

std::string Line(const v1::Review& review) {
  return review.name() + ' ' + Lower(v1::Operation_Name(review.operation()), "OPERATION_") + ", " +
         Items(review.item_count()) + ", needs review" + Because(review.reason()) +
         Time(" since ", review.has_review_time(), review.review_time()) +
         (review.vendor_code().empty() ? "" : "; CleverTap's code " + review.vendor_code()) +
         Time("; effect unknown since ", review.has_unknown_since_time(),
              review.unknown_since_time()) +
         "; etag " + review.etag();
}

std::string Page(const v1::Review& review) {
  std::string page = Line(review) + "\n  may be resolved by" + Words(review.allowed_decisions());
  page += '\n';
  for (const std::string& request : review.privacy_requests()) page += "  of " + request + '\n';
  for (const auto& attempt : review.attempts()) page += Line(attempt) + '\n';
  return page;
}

std::string Line(const v1::ReviewGroup& group) {
  if (group.review_count() == 0) return "no reviews";
  return Count(group.review_count(), "review") + " with " + Items(group.item_count()) + " of " +
         Count(group.privacy_request_count(), "request") +
         (group.allowed_decisions().empty()
              ? ", which no one decision fits"
              : " may be resolved by" + Words(group.allowed_decisions())) +
         (group.more() ? "; more are left for the next time" : "") + "; etag " + group.etag();
}

std::string Line(const v1::Account& account) {
  std::string line =
      account.name() + (account.has_block() ? Blocked(account.block()) : std::string(" served"));
  for (const v1::Account::ApiBlock& of_api : account.api_blocks()) {
    line += "; " + of_api.api() + Blocked(of_api.block());
  }
  if (account.held_refusal_count() > 0) {
    line += "; holds " + Items(account.held_refusal_count()) + " that CleverTap refused";
  }
  for (const v1::Pause& pause : account.pauses()) line += "; " + Paused(pause);
  return line + "; etag " + account.etag();
}

std::string Line(const v1::Pause& pause) {
  const bool all = pause.parent() == "accounts/-";
  return (all ? std::string("every account") : pause.parent()) + ' ' + Paused(pause);
}

std::string Page(const v1::Recovery& recovery) {
  if (!recovery.has_since_time()) return "no history is missing\n";
  int lost = 0;
  for (const auto& calls : recovery.lost_calls()) lost += calls.call_count();
  std::string page = "history is missing" + Time(" since ", true, recovery.since_time()) +
                     ", or earlier\ncertain:\n";
  page += recovery.has_complete_until_time()
              ? Time("  nothing is missing until ", true, recovery.complete_until_time())
              : "  no remembered call of before is there: since when is not known";
  page += "\nsent, as far as it is remembered:\n  " + std::to_string(lost) + " of " +
          Count(recovery.remembered_call_count(), "remembered call") + " to CleverTap\n";
  for (const auto& calls : recovery.lost_calls()) {
    page += "  " + calls.account() + ' ' + calls.api() + ": " + Count(calls.call_count(), "call") +
            Time(", the first at ", true, calls.first_call_time()) +
            Time(", the last at ", true, calls.last_call_time());
    if (calls.without_digests_count() > 0) {
      page += "; of " + std::to_string(calls.without_digests_count()) +
              " only the places in the queue are known";
    }
    page += '\n';
  }
  page += "  waiting, and in such a call: " + std::to_string(recovery.doubtful_item_count()) +
          " identifiers: they count as sent then, with unknown effect\n";
  return page + "cannot be told:\n  waiting since before, and in no call that is remembered: " +
         std::to_string(recovery.untold_item_count()) +
         " identifiers\n  requests that were accepted in that time: callers repeat them\n";
}

std::string Line(const v1::AuditEvent& event) {
  std::string line =
      Time("", event.has_event_time(), event.event_time()) + ' ' + event.principal() + ' ' +
      (event.means().empty() || event.means() == "nothing" ? "" : "(by " + event.means() + ") ") +
      Lower(v1::AuditEvent::Action_Name(event.action()), "ACTION_") + ' ' + event.target();
  if (event.item_count() > 0) line += ", " + Items(event.item_count());
  return line + ": " + event.state_before() + Because(event.reason_before()) + " -> " +
         event.state_after() + ": " + event.justification();
}

}  // namespace lethe::cli
