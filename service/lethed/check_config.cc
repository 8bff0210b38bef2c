#include "lethed/check_config.h"

#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "clevertap/http_vendor_client.h"
#include "crypto/key_ring.h"
#include "runtime/access_file.h"
#include "runtime/secrets.h"
#include "runtime/system_clock.h"
#include "runtime/tls_files.h"
#include "store/accounts/projects.h"
#include "store/base/write_to_log.h"
#include "store/keys/ring_register.h"
#include "store/schema/migrations.h"
#include "store/schema/rights.h"
#include "store/session/connection.h"
#include "store/session/sql_errors.h"

namespace lethe {
namespace {

/// Prints as it goes: a try may take seconds.
class Findings {
 public:
  void Add(const std::string& finding) {
    std::cerr << finding << "\n";
    ++count_;
  }
  void Add(const Status& status) {
    if (!status.ok()) Add(status.error().message);
  }
  int count() const { return count_; }

 private:
  int count_ = 0;
};

class DatabaseCheck {
 public:
  DatabaseCheck(const runtime::Config& config, const std::optional<crypto::KeyRing>& keys,
                Findings& findings)
      : config_(config), keys_(keys), findings_(findings) {}

  void Run() {
    try {
      session_ = store::Connect(runtime::DatabaseUrlSource(config_.database));
    } catch (const std::exception& error) {
      return findings_.Add(store::ToError(error));
    }
    bool migrated = false;
    Try([&](auto& connection) {
      const Status schema = store::CheckSchema(connection, store::EmbeddedMigrations());
      findings_.Add(schema);
      migrated = schema.ok();
    });
    Try([&](auto& connection) {
      pqxx::work work(connection);
      const bool synchronous_standby = store::WriteToLog(work);
      work.commit();
      std::cout << "the database " << (synchronous_standby ? "waits for a" : "has no")
                << " synchronous standby before it acknowledges\n";
    });
    if (!migrated) return;
    Try([&](auto& connection) {
      for (const std::string& missing : store::MissingRights(connection)) findings_.Add(missing);
    });
    Try([&](auto& connection) {
      findings_.Add(store::CheckProjects(connection, config_.accounts));
    });
    Try(
        [&](auto& connection) {
          if (keys_) findings_.Add(store::WouldAdmitRing(connection, *keys_));
        },
        store::kAdmitRingWithin);
  }

 private:
  void Try(const std::function<void(pqxx::connection&)>& check,
           milliseconds limit = store::SessionLimits().use) {
    if (!session_) return;  // An earlier one has lost it, and said so.
    try {
      session_->UseFor(limit, [&] { check(*session_); });
    } catch (const std::exception& error) {
      findings_.Add(store::ToError(error));
      if (store::IsBroken(error)) session_.reset();
    }
  }

  const runtime::Config& config_;
  const std::optional<crypto::KeyRing>& keys_;
  Findings& findings_;
  std::unique_ptr<store::Session> session_;
};

/// Tries each passcode by itself: the client would be content with one that works.
void CheckCredentials(const Account& account, const std::vector<Passcode>& passcodes,
                      const clevertap::HttpOptions& options, Findings& findings) {
  for (std::size_t i = 0; i < passcodes.size(); ++i) {
    const std::vector<Passcode> one{passcodes[i]};
    clevertap::HttpVendorClient client(
        {account}, [&one](const Account&) { return Result<std::vector<Passcode>>(one); }, options);
    const VendorReply reply = client.Probe(account.name);
    const std::string told =
        "account " + account.name + ": CleverTap, asked with passcode " + std::to_string(i + 1) +
        " of its file, answers " +
        (reply.http_status == 0 ? reply.code : "HTTP " + std::to_string(reply.http_status));
    switch (reply.outcome) {
      case OutcomeClass::kAccepted: break;
      case OutcomeClass::kAccountBlocked:
        findings.Add(told + ": the passcode, the account id or the region is wrong");
        break;
      case OutcomeClass::kMisconfigured:
        std::cout << told << " at " << account.probe_path
                  << ": nothing tells whether the passcode is right\n";
        break;
      default: findings.Add(told);
    }
  }
}

void CheckAccess(const runtime::Config& config, Findings& findings) {
  if (config.access_file.empty()) return;
  const auto text = runtime::ReadAccessText(config.access_file);
  if (!text.ok()) return findings.Add(text.error());
  const auto file = runtime::ParseAccessFile(config.access_file, *text, config.accounts);
  if (!file.ok()) return findings.Add(file.error());
  for (const std::string& note : file->notes) std::cout << note << "\n";
  for (const runtime::IssuerEntry& entry : file->issuers) {
    const auto keys_text = runtime::ReadIssuerKeysText(entry.keys_file);
    if (!keys_text.ok()) {
      findings.Add(keys_text.error());
      continue;
    }
    const auto keys = runtime::ParseIssuerKeys(entry, *keys_text);
    if (!keys.ok()) {
      findings.Add(keys.error());
      continue;
    }
    for (const std::string& note : keys->notes()) {
      std::cout << entry.keys_file << ": " << note << "\n";
    }
  }
}

void CheckTls(const std::string& port, const std::optional<runtime::TlsFiles>& files,
              Findings& findings) {
  if (!files) return;
  const auto identity = runtime::LoadTls(*files);
  if (!identity.ok()) return findings.Add(identity.error());
  const TimePoint now = runtime::SystemClock().Now();
  if (identity->until <= now) findings.Add(port + ".tls: a certificate has ended");
  if (identity->client_ca_until && *identity->client_ca_until <= now) {
    findings.Add(port + ".tls: a certificate of the client CA has ended");
  }
}

}  // namespace

int CheckConfig(const runtime::Config& config, bool connect) {
  Findings findings;
  std::optional<crypto::KeyRing> keys;
  if (auto loaded = runtime::LoadKeys(config); loaded.ok()) {
    keys = *std::move(loaded);
  } else {
    findings.Add(loaded.error());
  }
  CheckAccess(config, findings);
  CheckTls("grpc", config.grpc_tls, findings);
  CheckTls("operations", config.operations_tls, findings);
  const auto url = runtime::DatabaseUrlSource(config.database)();
  if (!url.ok()) findings.Add(url.error());
  if (url.ok() && connect) DatabaseCheck(config, keys, findings).Run();
  for (const Account& account : config.accounts) {
    const auto passcodes = runtime::ReadPasscodes(account);
    if (!passcodes.ok()) {
      findings.Add(passcodes.error());
    } else if (connect) {
      CheckCredentials(account, *passcodes,
                       {.connect_timeout = config.dispatcher.connect_timeout,
                        .call_timeout = config.dispatcher.call_timeout},
                       findings);
    }
  }
  if (findings.count() > 0) return 1;
  std::cout << "the configuration is right\n";
  return 0;
}

}  // namespace lethe
