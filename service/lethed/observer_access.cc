#include <chrono>
#include <cstddef>
#include <string>

#include "lethed/observer.h"
#include "telemetry/logging.h"

// What an observer tells of who may call, and by which ports.

namespace lethe {

using telemetry::Log;
using telemetry::LogLevel;
using telemetry::LogValue;

void Observer::Show(const api::RefusedCall& call) {
  metrics_.AccessRefused(Name(call.cause));
  const auto count = refusals_.Count(call.cause, call.at);
  if (!count) return;
  Log(LogLevel::kWarning, "call.refused",
      {{"method", LogValue::Public(call.method)},
       {"cause", call.cause},
       {"principal", LogValue::Public(call.principal)},
       {"calls", *count}});
}

void Observer::ShowAccess(const runtime::AccessFile& file) {
  metrics_.SetAccessFileBroken(false);
  std::size_t grants = 0;
  for (const access::Member& member : file.members) grants += member.principal.grants.size();
  Log(LogLevel::kInfo, "access.in_use", {{"principals", file.members.size()}, {"grants", grants}});
  for (const std::string& note : file.notes) {
    Log(LogLevel::kWarning, "access.note", {{"note", LogValue::Public(note)}});
  }
}

void Observer::ShowAccessRefused(const Error& error) {
  metrics_.SetAccessFileBroken(true);
  Log(LogLevel::kError, "access.refused",
      {{"reason", LogValue::Public(error.reason)}, {"error", LogValue::Public(error.message)}});
}

void Observer::ShowAccessMended() { metrics_.SetAccessFileBroken(false); }

void Observer::ShowIssuer(const runtime::IssuerEntry& entry, const access::JwkSet& keys) {
  const std::string& name = entry.issuer.name;
  metrics_.SetIssuerKeys(name, keys.size());
  metrics_.SetIssuerKeysBroken(name, false);
  Log(LogLevel::kInfo, "issuer.in_use",
      {{"issuer", LogValue::Public(name)}, {"keys", keys.size()}});
  for (const std::string& note : keys.notes()) {
    Log(LogLevel::kWarning, "issuer.note",
        {{"issuer", LogValue::Public(name)}, {"note", LogValue::Public(note)}});
  }
}

void Observer::ShowIssuerRefused(const std::string& issuer, const Error& error) {
  metrics_.SetIssuerKeysBroken(issuer, true);
  Log(LogLevel::kError, "issuer.refused",
      {{"issuer", LogValue::Public(issuer)},
       {"reason", LogValue::Public(error.reason)},
       {"error", LogValue::Public(error.message)}});
}

void Observer::ShowIssuerMended(const std::string& issuer) {
  metrics_.SetIssuerKeysBroken(issuer, false);
}

void Observer::ShowIssuerGone(const std::string& issuer) {
  metrics_.SetIssuerKeys(issuer, 0);
  metrics_.SetIssuerKeysBroken(issuer, false);
}

void Observer::ShowAccessOpen(bool open) {
  metrics_.SetAccessOpen(open);
  metrics_.SetAccessFileBroken(false);
  for (const access::Refusal cause : kAll<access::Refusal>) metrics_.AccessRefused(Name(cause), 0);
  if (open) Log(LogLevel::kWarning, "access.open");
}

void Observer::ShowPlaintext(Port port, bool plaintext) {
  metrics_.SetPlaintext(Name(port), plaintext);
  if (plaintext) {
    Log(LogLevel::kWarning, "port.plaintext", {{"port", LogValue::Public(Name(port))}});
  }
}

void Observer::ShowTls(Port port, const access::TlsIdentity& identity) {
  metrics_.SetTlsFilesBroken(Name(port), false);
  metrics_.SetTlsEnd(Name(port), "server", identity.until);
  if (identity.client_ca_until) {
    metrics_.SetTlsEnd(Name(port), "client_ca", *identity.client_ca_until);
  }
  Log(LogLevel::kInfo, "tls.in_use",
      {{"port", LogValue::Public(Name(port))},
       {"until_unix_seconds",
        std::chrono::floor<std::chrono::seconds>(identity.until).time_since_epoch().count()}});
}

void Observer::ShowTlsRefused(Port port, const Error& error) {
  metrics_.SetTlsFilesBroken(Name(port), true);
  Log(LogLevel::kError, "tls.refused",
      {{"port", LogValue::Public(Name(port))},
       {"reason", LogValue::Public(error.reason)},
       {"error", LogValue::Public(error.message)}});
}

void Observer::ShowTlsMended(Port port) { metrics_.SetTlsFilesBroken(Name(port), false); }

}  // namespace lethe
