#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <mutex>
#include <set>
#include <string>

#include "telemetry/gauge_set.h"
#include "telemetry/metrics.h"

namespace lethe::telemetry {

/// Each metric with its name and its help: the one place that has them.
struct Metrics::Families {
  template <typename T>
  using Family = prometheus::Family<T>;
  using Counter = prometheus::Counter;
  using Gauge = prometheus::Gauge;
  using Histogram = prometheus::Histogram;

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

  // Who may call.
  Family<Counter>& access_refused = NewCounter(
      "lethe_access_refused_total", "Calls that were refused because of who makes them, by cause.");
  Family<Gauge>& access_file_broken =
      NewGauge("lethe_access_file_broken",
               "1 while the access file cannot be used, and the one before it holds.");
  Family<Gauge>& issuer_keys =
      NewGauge("lethe_issuer_keys", "Keys of the issuer that verify its tokens.");
  Family<Gauge>& issuer_keys_broken =
      NewGauge("lethe_issuer_keys_broken",
               "1 while the file of the issuer's keys cannot be used, and those before it hold.");
  Family<Gauge>& access_open = NewGauge(
      "lethe_access_open", "1 where there is no access file: every caller may do everything.");
  Family<Gauge>& port_plaintext =
      NewGauge("lethe_port_plaintext",
               "1 where the port speaks no TLS and others than this machine can reach it.");
  Family<Counter>& tls_handshakes_failed =
      NewCounter("lethe_tls_handshakes_failed_total",
                 "Connections to the gRPC port that ended before they spoke HTTP/2, by cause.");
  Family<Gauge>& tls_end =
      NewGauge("lethe_tls_certificate_end_timestamp_seconds",
               "When the first of the port's own certificates (server), or of those that issue "
               "its clients' (client_ca), ends.");
  Family<Gauge>& tls_files_broken =
      NewGauge("lethe_tls_files_broken",
               "1 while the port's certificate, key or client CA cannot be used, and those before "
               "them hold.");

  // What people decide.
  Family<Counter>& items_changed =
      NewCounter("lethe_items_changed_total",
                 "Items that somebody wanted to cancel, hold or release, by what came of it.");

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

}  // namespace lethe::telemetry
