#include "runtime/config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "lethe/due_time.h"
#include "lethe/limits.h"
#include "lethe/operation_traits.h"
#include "lethe/project.h"
#include "lethe/reasons.h"
#include "lethe/recovery.h"
#include "runtime/config_ports.h"
#include "runtime/config_reader.h"
#include "runtime/config_values.h"
#include "runtime/yaml_section.h"

namespace lethe::runtime {
namespace {

using namespace std::chrono_literals;

/// Kubernetes kills 30 s after it has asked to stop; a second is left for the exit itself.
constexpr milliseconds kMaxShutdownGrace = 29s;

/// Enough to notice a rule that changed at CleverTap, at a twentieth of the calls.
constexpr double kDefaultSample = 0.05;

/// CleverTap's backups are gone after 60 days; a year is more than any use of a second look.
constexpr milliseconds kMaxSecondLook = 8'784h;

/// The next night ends every horizon that a night ends.
constexpr milliseconds kMaxResendHorizon = 24h;

/// A year: no backup is restored that is older.
constexpr milliseconds kMaxKeep = 8'784h;

/// A year: far beyond any term of the law.
constexpr milliseconds kMaxSendWithin = 8'784h;
constexpr int kMaxTermMonths = 12;
constexpr int kMaxTermDays = 366;

static_assert(kRepeatsComeWithin + std::max(kMaxKeep, kMaxSendWithin) < kLossesMatterFor);

Result<TimeZone> FindZone(const std::string& name) {
  if (const auto zone = TimeZone::Find(name)) return *zone;
  return Error{ErrorCode::kInvalidArgument, Text(ErrorReason::kBadValue),
               "must be a time zone of the IANA database, such as Asia/Kolkata"};
}

/// Reads one document. What it returns is whole only if no problem was found.
class Loader : private ConfigReader {
 public:
  Loader(Problems& problems, std::filesystem::path directory, const Environment& environment,
         TimeZone utc)
      : ConfigReader(problems, std::move(directory), environment), utc_(utc) {}

  Config Load(const YAML::Node& document) {
    Section root(problems(), document, document.Mark(), "");
    ReadPorts(*this, root, config_);
    ReadDatabase(root);
    ReadAccess(root);
    ReadPath(root.Require("keys_file", "the keys that seal identifiers"), config_.keys_file);
    ReadLog(root);
    Section intake = root.Child("intake");
    // A waiting line must hold one request of the largest size.
    Read(intake.Take("max_waiting_identifiers"), config_.max_waiting_identifiers,
         Integer(kMaxIdentifiersPerRequest, 1'000'000));
    intake.Close();
    ReadDispatcher(root);
    Section recovery = root.Child("recovery");
    ReadPath(recovery.Take("journal"), config_.recovery.journal);
    Read(recovery.Take("keep"), config_.recovery.keep, Duration(1h, kMaxKeep));
    recovery.Close();
    Section shutdown = root.Child("shutdown");
    Read(shutdown.Take("grace"), config_.shutdown_grace, Duration(1s, kMaxShutdownGrace));
    shutdown.Close();
    for (Section& account : root.List("accounts", "a list of at least one account")) {
      ReadAccount(account);
    }
    root.Close();
    return std::move(config_);
  }

 private:
  void ReadAccess(Section& root) {
    const bool said = root.Has("access");
    Section access = root.Child("access");
    const bool has_file = access.Has("file");
    const bool has_open = access.Has("open");
    ReadPath(access.Take("file"), config_.access_file);
    const bool told = Read(access.Take("open"), config_.access_open, ParseTruth);
    access.Close();
    if (has_file && config_.access_open) access.Add("give file or open: true, not both");
    if (has_file || config_.access_open || (has_open && !told)) return;
    if (said) access.Add("give file, or say open: true where every caller may do everything");
    if (!said && !IsOfThisMachine(config_.grpc_listen)) {
      access.Add(
          "others than this machine reach grpc.listen: give file, or say open: true where every "
          "caller may do everything");
    }
  }

  void ReadDatabase(Section& root) {
    Section database = root.Child("database");
    const auto url = database.Take("url");
    const auto url_file = database.Take("url_file");
    const auto override_url = Overridden("LETHE_DATABASE_URL", std::nullopt);
    if (url && url_file) database.Add("give url or url_file, not both");
    if (!url && !url_file && !override_url) {
      database.Add("give url, url_file or the variable LETHE_DATABASE_URL");
    }
    ReadPath(url_file, config_.database.url_file);
    const auto owner_url = database.Take("owner_url");
    const auto owner_url_file = database.Take("owner_url_file");
    const auto override_owner = Overridden("LETHE_DATABASE_OWNER_URL", std::nullopt);
    if (owner_url && owner_url_file) database.Add("give owner_url or owner_url_file, not both");
    ReadPath(owner_url_file, config_.database.owner_url_file);
    if (override_owner) config_.database.owner_url_file.clear();
    ReadUrl(owner_url, config_.database.owner_url);
    ReadUrl(override_owner, config_.database.owner_url);
    ReadUrl(url, config_.database.url);
    ReadUrl(override_url, config_.database.url);
    if (override_url) config_.database.url_file.clear();
    Read(database.Take("report_role"), config_.database.report_role, ParseDatabaseRole);
    Read(database.Take("connections"), config_.database.connections, Integer(1, 100));
    database.Close();
  }

  void ReadLog(Section& root) {
    using telemetry::LogFormat, telemetry::LogLevel;
    Section log = root.Child("log");
    Read(log.Take("format"), config_.log.format, OneOf({LogFormat::kJson, LogFormat::kText}));
    Read(Overridden("LETHE_LOG_LEVEL", log.Take("level")), config_.log.level,
         OneOf({LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}));
    log.Close();
  }

  void ReadDispatcher(Section& root) {
    Section section = root.Child("dispatcher");
    Config::Dispatcher& dispatcher = config_.dispatcher;
    Read(section.Take("linger"), dispatcher.linger, Duration(10ms, 1h));
    Read(section.Take("poll"), dispatcher.poll, Duration(10ms, 10s));
    const auto connect = section.Take("connect_timeout");
    const auto call = section.Take("call_timeout");
    const auto lease = section.Take("lease");
    const bool connect_good = Read(connect, dispatcher.connect_timeout, Duration(100ms, 30s));
    const bool call_good = Read(call, dispatcher.call_timeout, Duration(1s, 5min));
    const bool lease_good = Read(lease, dispatcher.lease, Duration(3s, 15min));
    if (connect_good && call_good && dispatcher.connect_timeout > dispatcher.call_timeout) {
      problems().Add(connect ? *connect : *call, "connect_timeout must not exceed call_timeout");
    }
    if (call_good && lease_good && dispatcher.lease < dispatcher.call_timeout + kLeaseMargin) {
      problems().Add(lease ? *lease : *call,
                     "lease must be at least call_timeout and " + FormatDuration(kLeaseMargin) +
                         ", here " + FormatDuration(dispatcher.call_timeout + kLeaseMargin));
    }
    Read(section.Take("senders"), dispatcher.senders, Integer(1, 256));
    section.Close();
  }

  void ReadAccount(Section& section) {
    Account account{
        .name = "", .base_url = "", .account_id = "", .passcode_file = "", .hours = {utc_}};
    const auto name = section.Require("name", "what callers call the account");
    if (Read(name, account.name, ParseSlug) && name) {
      RefuseRepeat(names_, account.name, *name, "names another account already");
    }
    const auto region = section.Take("region");
    const auto base_url = section.Take("base_url");
    if (region.has_value() == base_url.has_value()) {
      section.Add("give exactly one of region, base_url");
    }
    Read(region, account.base_url, ParseRegion);
    Read(base_url, account.base_url, ParseBaseUrl);
    const auto id = section.Require("account_id", "as CleverTap's settings show it");
    if (Read(id, account.account_id, ParseAccountId) && id && !account.base_url.empty()) {
      RefuseSameProject(account, *id);
    }
    ReadPath(section.Require("passcode_file", "a file with the passcode and nothing else"),
             account.passcode_file);
    Read(section.Require("time_zone", "of the CleverTap project, such as Asia/Kolkata"),
         account.hours.zone, FindZone);
    Read(section.Take("concurrency"), account.concurrency, Integer(1, kMaxConcurrency));
    Read(section.Take("disassociate_path"), account.disassociate_path, ParseDisassociatePath);
    Read(section.Take("probe_path"), account.probe_path, ParseProbePath);
    ReadVerification(section, account.verification);
    Read(section.Take("control_calls"), account.control_calls,
         OneOf({ControlCalls::kOff, ControlCalls::kOn}));
    const auto window = section.Take("sandbox_window");
    Read(window, account.hours.sandbox_window, Duration(1ms, 48h));
    if (window && IsCleverTap(account.base_url)) {
      problems().Add(*window, "is for sandboxes; CleverTap's own windows cannot be shortened");
    }
    Read(section.Take("deletions_begin"), account.hours.deletions_begin, ParseTimeOfDay);
    ReadLegalTerms(section, account.legal_terms);
    ReadByOperation(section, "resend_horizon", account.hours.resend, 0ms, kMaxResendHorizon);
    ReadByOperation(section, "send_within", account.hours.send_within, 1s, kMaxSendWithin);
    section.Close();
    config_.accounts.push_back(std::move(account));
  }

  void ReadByOperation(Section& account, const char* key, DurationByOperation& durations,
                       milliseconds min, milliseconds max) {
    Section section = account.Child(key);
    for (const Operation operation : kAll<Operation>) {
      Read(section.Take(Text(operation)), durations[operation], Duration(min, max));
    }
    section.Close();
  }

  /// Of a law whose terms Lethe knows, or its own.
  void ReadLegalTerms(Section& account, LegalTerms& terms) {
    const auto law = account.Take("law");
    const bool has_terms = account.Has("legal_terms");
    Section section = account.Child("legal_terms");
    std::string name(kLaws[0].name);
    if (!Read(law, name, ParseSlug)) return;
    const auto* known = std::ranges::find(kLaws, name, &Law::name);
    if (known != kLaws.end()) {
      terms = known->terms;
      if (has_terms) section.Add("must not be there: the law that `law` names has its own");
      return;
    }
    if (!has_terms) return problems().Add(*law, "needs legal_terms, unless it is gdpr or ccpa");
    terms = {.term = {}};
    Read(section.Take("months"), terms.term.months, Integer(0, kMaxTermMonths));
    Read(section.Take("days"), terms.term.days, Integer(0, kMaxTermDays));
    Read(section.Take("extension_months"), terms.extension.months, Integer(0, kMaxTermMonths));
    Read(section.Take("extension_days"), terms.extension.days, Integer(0, kMaxTermDays));
    Read(section.Take("max_extensions"), terms.max_extensions, Integer(0, kMaxTermMonths));
    if (terms.term == LegalTerm{}) section.Add("must have months or days");
    if ((terms.extension == LegalTerm{}) != (terms.max_extensions == 0)) {
      section.Add("must have max_extensions with extension_months or extension_days, or neither");
    }
    section.Close();
  }

  void ReadVerification(Section& section, Verification& verification) {
    VerifyMode mode = VerifyMode::kOff;
    double sample = kDefaultSample;
    const auto share = section.Take("verification_sample");
    const auto second_look = section.Take("second_look");
    Read(section.Take("verification"), mode,
         OneOf({VerifyMode::kOff, VerifyMode::kSample, VerifyMode::kAll}));
    Read(share, sample, [](const std::string& text) { return ParseShare(text, 0.01, 1); });
    Read(second_look, verification.second_look, Duration(1s, kMaxSecondLook));
    if (share && mode != VerifyMode::kSample) problems().Add(*share, "needs verification: sample");
    if (second_look && mode == VerifyMode::kOff) {
      problems().Add(*second_look, "needs verification: sample or all");
    }
    if (mode == VerifyMode::kSample) verification.share = sample;
    if (mode == VerifyMode::kAll) verification.share = 1;
  }

  void ReadUrl(const std::optional<Setting>& setting, std::optional<DatabaseUrl>& out) {
    std::string text;
    if (setting && Read(setting, text, ParseDatabaseUrl)) out = DatabaseUrl(text);
  }

  void RefuseRepeat(std::map<std::string, std::string>& seen, const std::string& value,
                    const Setting& setting, const std::string& what) {
    const auto [first, is_new] = seen.emplace(value, setting.where);
    if (!is_new) problems().Add(setting, what + " (" + first->second + ")");
  }

  /// CleverTap has each account id in one region. At two hosts that are not CleverTap's, sandboxes,
  /// it may well stand for two projects.
  void RefuseSameProject(const Account& account, const Setting& id) {
    const Project project = ProjectOf(account);
    for (const auto& [other, where] : with_id_) {
      const Project known = ProjectOf(other);
      const bool is_same = known == project;
      if (known.account_id != project.account_id) continue;
      if (!is_same && !IsCleverTap(other.base_url) && !IsCleverTap(account.base_url)) continue;
      std::string what =
          is_same
              ? "names a CleverTap project that another account has already, which would double "
                "its limit of concurrent calls"
              : "is the id of another account already, at another host, and CleverTap has each "
                "id in one region only";
      what.append(": accounts ").append(other.name).append(" and ").append(account.name);
      problems().Add(id, what.append(" (").append(where).append(")"));
      break;
    }
    with_id_.emplace_back(account, id.where);
  }

  const TimeZone utc_;
  Config config_;
  std::map<std::string, std::string> names_;              ///< To where they were first given.
  std::vector<std::pair<Account, std::string>> with_id_;  ///< And where their id is given.
};

Error CannotRead(const std::string& path, const std::string& why) {
  return Error{
      ErrorCode::kInvalidArgument, Text(ErrorReason::kBadConfig), path + ": " + why, {{path, why}}};
}

}  // namespace

Result<Config> LoadConfig(const std::string& path, const Environment& environment) {
  std::ostringstream text;
  std::ifstream file(path);
  if (!file) return CannotRead(path, std::generic_category().message(errno));
  text << file.rdbuf();

  const std::optional<TimeZone> utc = TimeZone::Find("UTC");
  if (!utc) return CannotRead(path, "this machine has no time zones; install tzdata");

  Problems problems(path);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text.str());
    if (documents.size() != 1) return CannotRead(path, "must be one YAML document");
    Loader loader(problems, std::filesystem::path(path).parent_path(), environment, *utc);
    Config config = loader.Load(documents.front());
    if (problems.empty()) return config;
  } catch (const YAML::Exception& error) {
    // What follows a colon is from the file.
    const std::string what = error.msg.substr(0, error.msg.find(':'));
    problems.Add(problems.Where(error.mark), "", "is not YAML: " + what);
  }
  return problems.ToError();
}

}  // namespace lethe::runtime
