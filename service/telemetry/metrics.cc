#include "telemetry/metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "lethe/operation_traits.h"
#include "telemetry/code_names.h"
#include "telemetry/metrics_families.h"

namespace lethe::telemetry {
namespace {

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

void Metrics::AccessRefused(std::string_view cause, int calls) {
  families_->access_refused.Add({{"cause", Word(cause)}}).Increment(calls);
}

void Metrics::Changed(const ItemsChanged& changed) {
  families_->items_changed
      .Add({{"account", Word(changed.account)},
            {"change", Word(Name(changed.change))},
            {"effect", Word(Name(changed.effect))}})
      .Increment(changed.items);
}

void Metrics::SetAccessFileBroken(bool broken) {
  families_->access_file_broken.Add({}).Set(broken ? 1 : 0);
}

void Metrics::SetIssuerKeys(std::string_view issuer, std::size_t keys) {
  families_->issuer_keys.Add({{"issuer", Word(issuer)}}).Set(static_cast<double>(keys));
}

void Metrics::SetIssuerKeysBroken(std::string_view issuer, bool broken) {
  families_->issuer_keys_broken.Add({{"issuer", Word(issuer)}}).Set(broken ? 1 : 0);
}

void Metrics::SetAccessOpen(bool open) { families_->access_open.Add({}).Set(open ? 1 : 0); }

void Metrics::SetPlaintext(std::string_view port, bool plaintext) {
  families_->port_plaintext.Add({{"port", Word(port)}}).Set(plaintext ? 1 : 0);
}

void Metrics::SetTlsEnd(std::string_view port, std::string_view certificate, TimePoint end) {
  families_->tls_end.Add({{"certificate", Word(certificate)}, {"port", Word(port)}})
      .Set(Seconds(end.time_since_epoch()));
}

void Metrics::SetTlsFilesBroken(std::string_view port, bool broken) {
  families_->tls_files_broken.Add({{"port", Word(port)}}).Set(broken ? 1 : 0);
}

void Metrics::TlsHandshakesFailed(std::string_view cause, std::uint64_t count) {
  families_->tls_handshakes_failed.Add({{"cause", Word(cause)}})
      .Increment(static_cast<double>(count));
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
