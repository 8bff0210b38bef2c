#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "lethe/account.h"
#include "lethe/operation.h"
#include "lethe/queue_snapshot.h"
#include "lethe/request_change.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/vendor.h"
#include "lethe/verification_queue.h"

namespace lethe::telemetry {

struct LookUps {
  std::string_view account;
  LookPurpose purpose;
  LookUpOutcome outcome;
  int count;
};

struct ItemsReadBack {
  std::string_view account;
  LookPurpose purpose;  ///< Not kCapture.
  ReadBack result;
  int items;
};

struct ItemsChanged {
  std::string_view account;
  RequestChange change;
  ChangeEffect effect;
  int items;
};

struct FinishedCall {
  std::string_view account;
  Operation operation;
  OutcomeClass outcome;
  int identifiers;  ///< In the call; sets the fill ratio.
  milliseconds duration;
};

/// Every number that Lethe shows, and the only place that names them. The names, labels and help
/// texts are an API: alerts and dashboards use them, tests/unit/telemetry/metrics.golden pins them
/// and service/docs/metrics.md explains them. Labels are configured names and closed sets, never
/// anything that a caller chose. Thread-safe.
class Metrics {
 public:
  /// Series of the accounts exist from the start, at zero, so that a first increase is seen.
  Metrics(std::string_view version, std::span<const Account> accounts);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// A request became durable. Not for the repeat of a known idempotency key.
  void RequestAccepted(std::string_view account, Operation operation, int identifiers);

  /// `method` is a name of the proto; `grpc_code` is the canonical code's number.
  void GrpcFinished(std::string_view method, int grpc_code, milliseconds duration);

  /// One flush of the committer, from the first statement to the answer of COMMIT.
  void CommitFinished(int requests, milliseconds duration);

  void SetIntakeWaiting(std::int64_t identifiers);
  void SetDatabaseSessions(int count);
  void ConnectionsRefused(std::uint64_t count);

  /// Calls were refused because of who makes them; `cause` is one of a closed set. With 0 the
  /// series begins.
  void AccessRefused(std::string_view cause, int calls = 1);

  void SetAccessFileBroken(bool broken);

  // Of an issuer of JWTs, by its name in the access file.

  void SetIssuerKeys(std::string_view issuer, std::size_t keys);
  void SetIssuerKeysBroken(std::string_view issuer, bool broken);

  /// Whether every caller may do everything. Only told by a process that takes calls.
  void SetAccessOpen(bool open);

  // Of a port; its name is one of a closed set, as is that of a certificate.

  /// Whether others than this machine reach it without TLS.
  void SetPlaintext(std::string_view port, bool plaintext);
  void SetTlsEnd(std::string_view port, std::string_view certificate, TimePoint end);
  void SetTlsFilesBroken(std::string_view port, bool broken);

  /// `cause` is one of a closed set. With 0 the series begins.
  void TlsHandshakesFailed(std::string_view cause, std::uint64_t count);

  void CallFinished(const FinishedCall& call);
  void LookedUp(const LookUps& look_ups);
  void WasReadBack(const ItemsReadBack& read_back);
  void Changed(const ItemsChanged& changed);
  void WindowsClosed(int batches);
  void BatchesAbandoned(int batches);

  /// A call of a store's port failed.
  void StoreFailed(ErrorCode code);

  /// `kind` of keys: seal or mac.
  void SetNewestKey(std::string_view kind, std::uint32_t number);

  /// A key file that had changed was not taken up.
  void KeysRefused();

  /// The journal of calls.
  void SetJournalFailing(bool failing);
  void JournalLost();

  /// By how much this machine's clock is ahead of the database's.
  void SetClockOffset(milliseconds offset);

  /// By how much CleverTap's clock is ahead of the database's.
  void SetVendorClockOffset(milliseconds offset);

  /// Whether the process may decide by the database's clock. Only told by one that dispatches.
  void SetClockTrusted(bool trusted);

  /// The database's clock has jumped.
  void DatabaseClockStepped();

  /// Sets the queue's gauges; those that the snapshot does not name fall to zero.
  void Publish(const QueueSnapshot& snapshot);

  /// In Prometheus' text format.
  std::string Text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace lethe::telemetry
