#include "telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "lethe/operation_traits.h"
#include "telemetry/code_names.h"
#include "telemetry/gauge_set.h"

namespace lethe::telemetry {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Labels;
using Buckets = Histogram::BucketBoundaries;

const Buckets kShortSeconds{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
const Buckets kCallSeconds{.05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60};
const Buckets kRequests{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
const Buckets kRatio{.01, .05, .1, .25, .5, .75, .9, 1};

double Seconds(std::chrono::duration<double> duration) { return duration.count(); }

std::string Word(std::string_view word) { return std::string(word); }

Labels OfAccount(std::string_view account) { return {{"account", Word(account)}}; }
Labels Of(std::string_view account, Operation operation) {
  return {{"account", Word(account)}, {"operation", Word(Name(operation))}};
}
Labels Of(std::string_view account, Api api) {
  return {{"account", Word(account)}, {"api", Word(Name(api))}};
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;

  Family<Counter>& NewCounter(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Family<Gauge>& NewGauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
  Family<Histogram>& NewHistogram(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }

  // Accepting requests.
  Family<Counter>& requests_accepted =
      NewCounter("lethe_requests_accepted_total",
                 "Requests that became durable; repeats of a known idempotency key do not count.");
  Family<Counter>& identifiers_accepted = NewCounter(
      "lethe_identifiers_accepted_total", "Identifiers of the requests that became durable.");
  Family<Counter>& grpc_requests =
      NewCounter("lethe_grpc_requests_total", "Finished gRPC calls by canonical code.");
  Family<Histogram>& grpc_duration = NewHistogram("lethe_grpc_request_duration_seconds",
                                                  "Time from a gRPC call's arrival to its answer.");
  Family<Histogram>& commit_duration =
      NewHistogram("lethe_commit_duration_seconds",
                   "Time that one flush of the committer takes, COMMIT included.");
  Family<Histogram>& commit_requests =
      NewHistogram("lethe_commit_requests", "Requests that shared one flush of the committer.");
  Family<Counter>& connections_refused =
      NewCounter("lethe_grpc_connections_refused_total",
                 "Connections that were closed at once because as many were open as may be.");
  Family<Gauge>& database_sessions =
      NewGauge("lethe_database_sessions", "Sessions of the database that this process has.");
  Family<Gauge>& intake_waiting =
      NewGauge("lethe_intake_waiting_identifiers",
               "Identifiers in this process's waiting line, not durable yet.");

  // Sending.
  Family<Counter>& batches_sent = NewCounter(
      "lethe_batches_sent_total", "Calls that left for CleverTap, whatever came of them.");
  Family<Histogram>& batch_fill =
      NewHistogram("lethe_batch_fill_ratio",
                   "Identifiers of a call that left, as a share of what one call can carry.");
  Family<Counter>& vendor_calls =
      NewCounter("lethe_vendor_calls_total", "Attempted calls to CleverTap by outcome class.");
  Family<Histogram>& vendor_duration =
      NewHistogram("lethe_vendor_call_duration_seconds", "Time that an attempted call took.");
  Family<Gauge>& slots_limit =
      NewGauge("lethe_slots_limit", "Concurrent calls that the configuration allows.");
  Family<Counter>& windows_closed =
      NewCounter("lethe_windows_closed_total",
                 "Batches that this process moved to done because CleverTap's window had passed.");
  Family<Counter>& batches_abandoned =
      NewCounter("lethe_batches_abandoned_total",
                 "Batches that this process took over because their sender's lease had run out.");
  Family<Counter>& store_errors =
      NewCounter("lethe_store_errors_total", "Failed calls of the database adapter by code.");

  Family<Gauge>& newest_key =
      NewGauge("lethe_newest_key", "The highest number among this process's keys of a kind.");
  Family<Counter>& keys_refused =
      NewCounter("lethe_keys_refused_total", "Key files that this process has refused to take up.");

  // Verification.
  Family<Counter>& look_ups = NewCounter(
      "lethe_look_ups_total", "Look-ups of profiles by what they were for and what came of them.");
  Family<Counter>& items_read_back =
      NewCounter("lethe_items_read_back_total",
                 "Items that were looked for after CleverTap's window, by what was found.");

  // The queue, as the last snapshot found it.
  Family<Gauge>& items = NewGauge("lethe_items", "Items by the state of their batch.");
  Family<Gauge>& items_accepted =
      NewGauge("lethe_items_accepted", "Items of all requests that were ever accepted.");
  Family<Gauge>& items_unaccounted =
      NewGauge("lethe_items_unaccounted",
               "Accepted items less those in any state: anything but 0 is a defect.");
  Family<Gauge>& oldest_waiting =
      NewGauge("lethe_oldest_waiting_age_seconds",
               "Age of the oldest batch that waits to be sent; 0 if none waits.");
  Family<Gauge>& slots_in_use =
      NewGauge("lethe_slots_in_use", "Calls in flight by leased slots, of all replicas.");
  Family<Gauge>& account_blocked = NewGauge(
      "lethe_account_blocked",
      "1 while nothing is sent for the account because CleverTap refuses its credentials.");
  Family<Gauge>& route_blocked =
      NewGauge("lethe_route_blocked",
               "1 while nothing is sent for the account by this API because CleverTap refuses its "
               "calls; the account's other APIs go on.");
  Family<Gauge>& calls_paused = NewGauge(
      "lethe_calls_paused",
      "1 while an operator, or a lost history, has stopped the account's calls of this API.");
  Family<Gauge>& history_lost = NewGauge("lethe_history_lost",
                                         "1 while every call is paused because an older state of "
                                         "the database has come up.");
  Family<Gauge>& journal_failing = NewGauge(
      "lethe_journal_failing",
      "1 while the journal of calls cannot be written: calls are remembered in memory only.");
  Family<Gauge>& journal_lost =
      NewGauge("lethe_journal_lost",
               "1 after a start that did not find the journal of calls that was here before.");
  Family<Gauge>& unconfigured_items =
      NewGauge("lethe_unconfigured_account_items",
               "Unfinished items of an account that this process's configuration does not have: "
               "nothing is sent for them by it.");
  Family<Counter>& snapshots = NewCounter(
      "lethe_queue_snapshots_total",
      "Snapshots that the queue's gauges were set from; while it stands still, so do they.");

  Family<Gauge>& clock_offset = NewGauge(
      "lethe_clock_offset_seconds", "By how much this machine's clock is ahead of the database's.");
  Family<Gauge>& vendor_clock_offset = NewGauge(
      "lethe_vendor_clock_offset_seconds",
      "By how much CleverTap's clock is ahead of the database's, as a dispatcher sees it.");
  Family<Gauge>& clock_trusted =
      NewGauge("lethe_clock_trusted",
               "1 while a dispatcher may decide by the database's clock; at 0 nothing is sent or "
               "called done.");
  Family<Counter>& clock_steps = NewCounter("lethe_database_clock_steps_total",
                                            "Jumps of the database's clock that this process has "
                                            "seen, back or forward, by five seconds or more.");
  Family<Gauge>& build_info = NewGauge("lethe_build_info", "Always 1; the label says what runs.");

  std::mutex publishing;
  GaugeSet item_gauges{items};
  GaugeSet accepted_gauges{items_accepted};
  GaugeSet unaccounted_gauges{items_unaccounted};
  GaugeSet waiting_gauges{oldest_waiting};
  GaugeSet slot_gauges{slots_in_use};
  GaugeSet blocked_gauges{account_blocked};
  GaugeSet route_blocked_gauges{route_blocked};
  GaugeSet paused_gauges{calls_paused};
  GaugeSet unconfigured_gauges{unconfigured_items};
  std::set<std::string, std::less<>> configured;  ///< Names of accounts.

  void Show(const QueueSnapshot& snapshot);
};

Metrics::Metrics(std::string_view version, std::span<const Account> accounts)
    : families_(std::make_unique<Families>()) {
  Families& f = *families_;
  f.build_info.Add({{"version", Word(version)}}).Set(1);
  f.connections_refused.Add({});
  f.intake_waiting.Add({});
  f.database_sessions.Add({});
  f.windows_closed.Add({});
  f.commit_duration.Add({}, kShortSeconds);
  f.commit_requests.Add({}, kRequests);
  f.snapshots.Add({});
  f.history_lost.Add({});
  f.journal_failing.Add({});
  f.journal_lost.Add({});
  f.batches_abandoned.Add({});
  f.keys_refused.Add({});
  f.clock_offset.Add({});
  f.clock_steps.Add({});

  QueueSnapshot zero{};
  for (const Account& account : accounts) {
    f.configured.insert(account.name);
    for (Operation operation : kAll<Operation>) {
      f.requests_accepted.Add(Of(account.name, operation));
      f.identifiers_accepted.Add(Of(account.name, operation));
      zero.waiting.push_back({account.name, operation, milliseconds{0}});
      for (IdentifierKind kind : kAll<IdentifierKind>) {
        if (!Takes(operation, kind)) continue;
        zero.accepted.push_back({account.name, operation, kind, 0});
        for (BatchState state : kAll<BatchState>) {
          zero.items.push_back({account.name, operation, kind, state, 0});
        }
      }
    }
    for (Api api : kAll<Api>) {
      f.slots_limit.Add(Of(account.name, api)).Set(account.concurrency);
      if (api != Api::kProfile) f.batches_sent.Add(Of(account.name, api));
      zero.slots.push_back({account.name, api, 0});
      if (api != Api::kProfile) zero.blocked_routes.push_back({account.name, api});
    }
    zero.blocked_accounts.push_back(account.name);
    if (!account.verification.on()) continue;
    for (ReadBack result : kAll<ReadBack>) {
      WasReadBack({account.name, LookPurpose::kReadBack, result, 0});
    }
    WasReadBack({account.name, LookPurpose::kSecondLook, ReadBack::kReappeared, 0});
  }
  zero.pauses.push_back({});
  f.Show(zero);
  f.Show({});  // Blocked accounts and routes would be at one.
}

Metrics::~Metrics() = default;

void Metrics::RequestAccepted(std::string_view account, Operation operation, int identifiers) {
  families_->requests_accepted.Add(Of(account, operation)).Increment();
  families_->identifiers_accepted.Add(Of(account, operation)).Increment(identifiers);
}

void Metrics::GrpcFinished(std::string_view method, int grpc_code, milliseconds duration) {
  const std::string name(method);
  families_->grpc_requests.Add({{"method", name}, {"code", GrpcCodeName(grpc_code)}}).Increment();
  families_->grpc_duration.Add({{"method", name}}, kShortSeconds).Observe(Seconds(duration));
}

void Metrics::CommitFinished(int requests, milliseconds duration) {
  families_->commit_requests.Add({}, kRequests).Observe(requests);
  families_->commit_duration.Add({}, kShortSeconds).Observe(Seconds(duration));
}

void Metrics::SetDatabaseSessions(int count) { families_->database_sessions.Add({}).Set(count); }

void Metrics::SetIntakeWaiting(std::int64_t identifiers) {
  families_->intake_waiting.Add({}).Set(static_cast<double>(identifiers));
}

void Metrics::ConnectionsRefused(std::uint64_t count) {
  families_->connections_refused.Add({}).Increment(static_cast<double>(count));
}

void Metrics::CallFinished(const FinishedCall& call) {
  const Api api = ApiOf(call.operation);
  const std::string api_name = Word(Name(api));
  const std::string outcome = Word(Name(call.outcome));
  Labels labels = Of(call.account, api);
  if (call.outcome != OutcomeClass::kNotSent) {
    families_->batches_sent.Add(labels).Increment();
    families_->batch_fill.Add({{"api", api_name}}, kRatio)
        .Observe(static_cast<double>(call.identifiers) / EnvelopeCapacity(call.operation));
  }
  labels.emplace("outcome", outcome);
  families_->vendor_calls.Add(labels).Increment();
  families_->vendor_duration.Add({{"api", api_name}, {"outcome", outcome}}, kCallSeconds)
      .Observe(Seconds(call.duration));
}

void Metrics::LookedUp(const LookUps& look_ups) {
  families_->look_ups
      .Add({{"account", Word(look_ups.account)},
            {"purpose", Word(Name(look_ups.purpose))},
            {"outcome", Word(Name(look_ups.outcome))}})
      .Increment(look_ups.count);
}

void Metrics::WasReadBack(const ItemsReadBack& read_back) {
  families_->items_read_back
      .Add({{"account", Word(read_back.account)},
            {"purpose", Word(Name(read_back.purpose))},
            {"result", Word(Name(read_back.result))}})
      .Increment(read_back.items);
}

void Metrics::WindowsClosed(int batches) { families_->windows_closed.Add({}).Increment(batches); }

void Metrics::BatchesAbandoned(int batches) {
  families_->batches_abandoned.Add({}).Increment(batches);
}

void Metrics::StoreFailed(ErrorCode code) {
  families_->store_errors.Add({{"code", CodeName(code)}}).Increment();
}

void Metrics::SetNewestKey(std::string_view kind, std::uint32_t number) {
  families_->newest_key.Add({{"kind", Word(kind)}}).Set(number);
}

void Metrics::KeysRefused() { families_->keys_refused.Add({}).Increment(); }

void Metrics::SetClockOffset(milliseconds offset) {
  families_->clock_offset.Add({}).Set(Seconds(offset));
}

void Metrics::SetVendorClockOffset(milliseconds offset) {
  families_->vendor_clock_offset.Add({}).Set(Seconds(offset));
}

void Metrics::SetJournalFailing(bool failing) {
  families_->journal_failing.Add({}).Set(failing ? 1 : 0);
}

void Metrics::JournalLost() { families_->journal_lost.Add({}).Set(1); }

void Metrics::SetClockTrusted(bool trusted) {
  families_->clock_trusted.Add({}).Set(trusted ? 1 : 0);
}

void Metrics::DatabaseClockStepped() { families_->clock_steps.Add({}).Increment(); }

void Metrics::Publish(const QueueSnapshot& snapshot) {
  families_->Show(snapshot);
  families_->snapshots.Add({}).Increment();
}

void Metrics::Families::Show(const QueueSnapshot& snapshot) {
  GaugeSet::Values item_values, accepted_values, unaccounted_values, waiting_values, slot_values,
      blocked_values, route_blocked_values, paused_values, unconfigured_values;
  for (const auto& row : snapshot.items) {
    Labels labels = Of(row.account, row.operation);
    labels.emplace("kind", Name(row.kind));
    labels.emplace("state", Name(row.state));
    item_values[labels] += static_cast<double>(row.count);
    if (!IsFinal(row.state) && !configured.contains(row.account)) {
      unconfigured_values[OfAccount(row.account)] += static_cast<double>(row.count);
    }
    unaccounted_values[Of(row.account, row.operation)] -= static_cast<double>(row.count);
  }
  for (const auto& row : snapshot.accepted) {
    accepted_values[Of(row.account, row.operation)] += static_cast<double>(row.count);
    unaccounted_values[Of(row.account, row.operation)] += static_cast<double>(row.count);
  }
  for (const auto& row : snapshot.waiting) {
    waiting_values[Of(row.account, row.operation)] = Seconds(row.oldest_age);
  }
  for (const auto& row : snapshot.slots) slot_values[Of(row.account, row.api)] = row.in_use;
  for (const auto& account : snapshot.blocked_accounts) blocked_values[OfAccount(account)] = 1;
  for (const auto& row : snapshot.blocked_routes) {
    route_blocked_values[Of(row.account, row.api)] = 1;
  }
  for (const auto& pause : snapshot.pauses) {
    for (const auto& account : configured) {
      for (const Api api : kAll<Api>) {
        if (Stops(pause.scope, account, api)) paused_values[Of(account, api)] = 1;
      }
    }
  }

  const bool lost = std::ranges::any_of(
      snapshot.pauses, [](const Pause& pause) { return pause.kind == PauseKind::kLostHistory; });

  const std::lock_guard lock(publishing);
  item_gauges.Replace(item_values);
  accepted_gauges.Replace(accepted_values);
  unaccounted_gauges.Replace(unaccounted_values);
  waiting_gauges.Replace(waiting_values);
  slot_gauges.Replace(slot_values);
  blocked_gauges.Replace(blocked_values);
  route_blocked_gauges.Replace(route_blocked_values);
  paused_gauges.Replace(paused_values);
  history_lost.Add({}).Set(lost ? 1 : 0);
  unconfigured_gauges.Replace(unconfigured_values);
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace lethe::telemetry
