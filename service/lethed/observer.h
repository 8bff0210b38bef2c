#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "access/tls.h"
#include "api/calls/call_observer.h"
#include "api/gate/gate.h"
#include "core/account_prober.h"
#include "core/dispatcher.h"
#include "core/verifier.h"
#include "crypto/key_ring.h"
#include "lethe/pause.h"
#include "lethe/result.h"
#include "lethed/refusal_log.h"
#include "runtime/access_file.h"
#include "store/accounts/former_accounts.h"
#include "store/changing/pg_request_changer.h"
#include "store/intake/committer.h"
#include "store/recovery/call_journal.h"
#include "store/recovery/history_check.h"
#include "telemetry/metrics.h"

namespace lethe {

/// What a process listens on.
enum class Port { kGrpc, kOperations };

constexpr std::string_view Name(Port port) {
  switch (port) {
    case Port::kGrpc: return "grpc";
    case Port::kOperations: return "operations";
  }
  return "";
}

/// Shows what the parts of a process report, as metrics and log lines: ids, counts and words of
/// closed sets. Thread-safe.
class Observer {
 public:
  explicit Observer(telemetry::Metrics& metrics) : metrics_(metrics) {}

  void Show(const api::FinishedCall& call);
  void Show(const store::FlushReport& report);
  void Show(const Route& route, const core::SendReport& report);
  void Show(const core::RescueReport& report);
  void Show(const core::RefusalReport& report);
  void Show(const core::CloseReport& report);
  void Show(const core::ReleaseReport& report);
  void Show(const core::ProbeReport& report);
  void Show(const Route& route, const core::LookReport& report);
  void Show(const core::ForgetReport& report);
  void Show(const store::ChangeReport& change);
  void Show(const store::LeftBehind& left);
  void Show(const store::LostHistory& lost);

  /// What the journal has found when it was opened.
  void Show(const store::CallJournal::Found& found);

  /// It cannot be written any more; nothing: it can again.
  void ShowJournal(const std::optional<Error>& failure);

  /// The database knows another journal of this place.
  void ShowJournalLost();

  /// The pauses that are in force. Tells those that were not when it was called last, and those
  /// that are no longer.
  void ShowPauses(const std::vector<Pause>& pauses);

  /// The ring that the process works with from now on.
  void ShowKeys(const crypto::KeyRing& ring);

  /// A key file cannot be used.
  void ShowKeysRefused(const Error& error);

  /// A call was refused because of who makes it.
  void Show(const api::RefusedCall& call);

  /// What the process knows from now on of who may do what.
  void ShowAccess(const runtime::AccessFile& file);

  /// The access file cannot be used, and the one before it holds; and it can be used again.
  void ShowAccessRefused(const Error& error);
  void ShowAccessMended();

  void ShowIssuer(const runtime::IssuerEntry& entry, const access::JwkSet& keys);
  /// The file of an issuer's keys cannot be used, or can again.
  void ShowIssuerRefused(const std::string& issuer, const Error& error);
  void ShowIssuerMended(const std::string& issuer);
  /// It left the access file.
  void ShowIssuerGone(const std::string& issuer);

  /// Whether there is no access file: of a process that takes calls, at its start.
  void ShowAccessOpen(bool open);

  /// Whether others than this machine reach the port without TLS: at the start.
  void ShowPlaintext(Port port, bool plaintext);

  /// By what the port speaks TLS from now on.
  void ShowTls(Port port, const access::TlsIdentity& identity);

  /// The port's files cannot be used, and those before them hold; and they can be used again.
  void ShowTlsRefused(Port port, const Error& error);
  void ShowTlsMended(Port port);

  /// A call to the store failed; `event` names what was tried.
  void ShowFailure(const char* event, const Error& error);

 private:
  void ShowBlock(const Route& route, BlockScope scope, const std::string& reason);

  telemetry::Metrics& metrics_;
  RefusalLog refusals_;
  std::mutex mutex_;
  std::vector<Pause> pauses_;  ///< As they were shown last.
};

}  // namespace lethe
