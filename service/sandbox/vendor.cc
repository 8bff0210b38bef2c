#include "sandbox/vendor.h"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "sandbox/spoil.h"

namespace lethe::sandbox {
namespace {

using std::chrono::milliseconds;

constexpr int kInvalidPhone = 516;

Answer AnswerTo(const Refusal& refusal) {
  Answer answer{.status = refusal.status,
                .body = FailAnswer(refusal.status, refusal.error),
                .close = refusal.status == 401};
  if (!refusal.location.empty()) answer.headers.emplace_back("Location", refusal.location);
  return answer;
}

/// Each answer tells it. No call of an account, so it is not in the report.
bool AsksForTheTime(Endpoint endpoint, const CallHeaders& headers) {
  return endpoint == Endpoint::kConnect && !headers.account_id && !headers.passcode;
}

bool Is(const Fault* fault, FaultKind kind) { return fault != nullptr && fault->kind == kind; }

/// `poisoned` and the result ascend.
std::vector<UnprocessedRecord> FindUnprocessed(const Call& call,
                                               const std::vector<std::size_t>& poisoned,
                                               const Fault* partial) {
  std::vector<UnprocessedRecord> unprocessed;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < call.identifiers.size(); ++i) {
    const bool invalid = call.kind == CallKind::kPhone && !IsPhone(call.identifiers[i]);
    if (invalid || std::ranges::binary_search(poisoned, i)) {
      unprocessed.push_back({i, kInvalidPhone});
    } else if (partial != nullptr && (i + 1) % static_cast<std::size_t>(partial->every) == 0) {
      unprocessed.push_back({i, partial->codes[refused++ % partial->codes.size()]});
    }
  }
  return unprocessed;
}

std::span<const std::string> IdentifiersOf(const std::optional<Call>& post,
                                           const std::optional<ProfileQuery>& query) {
  if (post) return post->identifiers;
  if (query) return {&query->value, 1};
  return {};
}

void Affect(ProfileWorld& world, Endpoint endpoint, CallKind kind, const std::string& identifier) {
  switch (endpoint) {
    case Endpoint::kDelete:
      world.MarkForDeletion(kind == CallKind::kGuid ? ProfileKey::kGuid : ProfileKey::kIdentity,
                            identifier);
      return;
    case Endpoint::kDemerge: world.MarkForDemerge(identifier); return;
    case Endpoint::kDisassociate: world.Disassociate(identifier); return;
    case Endpoint::kProfile:
    case Endpoint::kConnect: return;
  }
}

/// What was left out of the times when the profile was seen.
Profile SeenAt(std::int64_t now, Profile profile) {
  if (profile.events.empty()) profile.events["App Launched"] = {};
  for (auto& [name, event] : profile.events) {
    if (event.first_seen == 0) event.first_seen = now;
    if (event.last_seen == 0) event.last_seen = std::max(now, event.first_seen);
  }
  return profile;
}

}  // namespace

Vendor::Vendor(Credentials credentials, Wait wait, Now now)
    : first_credentials_(std::move(credentials)),
      wait_(std::move(wait)),
      now_(std::move(now)),
      credentials_(first_credentials_) {}

Answer Vendor::Handle(const HttpCall& call) {
  const auto route = Route(call.method, call.path);
  if (const auto* refusal = std::get_if<Refusal>(&route)) return TurnAway(*refusal);
  if (AsksForTheTime(std::get<Endpoint>(route), call.headers)) return {.status = 401};
  if (const auto refusal = CheckCredentials(call.headers)) return TurnAway(*refusal);

  const Desk desk{*call.headers.account_id, std::get<Endpoint>(route)};
  int in_flight = 0;
  {
    const std::lock_guard lock(mutex_);
    in_flight = recorder_.Enter(desk);
    ++recorder_.Of(desk).calls;
  }
  const std::shared_ptr<void> leave(nullptr, [this, desk](void*) {
    const std::lock_guard lock(mutex_);
    recorder_.Leave(desk);
  });
  Answer answer = Receive(desk, call, in_flight);
  answer.in_flight = leave;
  const std::lock_guard lock(mutex_);
  ++recorder_.Of(desk).by_status[answer.delivery == Delivery::kNone ? 0 : answer.status];
  return answer;
}

Answer Vendor::TurnAway(const Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  Tally& tally = recorder_.WithoutDesk();
  ++tally.calls;
  ++tally.by_status[refusal.status];
  ++(refusal.violation ? tally.violations[*refusal.violation] : tally.wrong_credentials);
  return AnswerTo(refusal);
}

std::optional<Refusal> Vendor::CheckCredentials(const CallHeaders& headers) const {
  const std::lock_guard lock(mutex_);
  return CheckHeaders(headers, credentials_);
}

Answer Vendor::Receive(const Desk& desk, const HttpCall& call, int in_flight) {
  Demand demand;
  std::optional<Refusal> refusal;
  if (desk.endpoint != Endpoint::kConnect && in_flight > kMaxCallsInFlight) {
    refusal = Refusal{429, "Too many concurrent requests", Violation::kTooManyConcurrent};
  } else {
    refusal = Read(desk, call, demand);
  }
  std::optional<Fault> fault;
  {
    const std::lock_guard lock(mutex_);
    if (refusal) {
      ++recorder_.Of(desk).violations[refusal->violation.value()];
    } else {
      if (demand.dry_run) ++recorder_.Of(desk).dry_runs;
      fault = faults_.Take({.endpoint = desk.endpoint,
                            .account_id = desk.account_id,
                            .kind = demand.post ? std::optional(demand.post->kind) : std::nullopt,
                            .identifiers = IdentifiersOf(demand.post, demand.query)});
    }
  }
  if (refusal) return AnswerTo(*refusal);
  return fault ? Harmed(desk, demand, *fault) : Truly(desk, demand, nullptr);
}

std::optional<Refusal> Vendor::Read(const Desk& desk, const HttpCall& call, Demand& demand) {
  if (desk.endpoint == Endpoint::kProfile) {
    demand.query = ReadProfileQuery(call.parameters);
    if (!demand.query) return Refusal{400, "Invalid parameter", Violation::kWrongKey};
  }
  if (!IsPost(desk.endpoint)) return {};
  const auto dry_run = call.parameters.find("dryRun");
  demand.dry_run = desk.endpoint == Endpoint::kDisassociate && dry_run != call.parameters.end() &&
                   dry_run->second == "1";
  CheckedCall checked = CheckBody(desk.endpoint, call.body);
  {
    const std::lock_guard lock(mutex_);
    Tally& tally = recorder_.Of(desk);
    tally.largest_call = std::max(tally.largest_call, checked.size);
    if (checked.duplicates > 0) {
      tally.violations[Violation::kDuplicateIdentifier] += checked.duplicates;
    }
  }
  demand.post = std::move(checked.call);
  return checked.refusal;
}

Answer Vendor::Harmed(const Desk& desk, const Demand& demand, const Fault& fault) {
  {
    const std::lock_guard lock(mutex_);
    ++recorder_.Of(desk).faults;
  }
  const milliseconds delay = fault.kind == FaultKind::kDrip ? milliseconds(0) : fault.delay;
  if (!fault.after_effect) wait_(delay);
  Answer truth;
  if (fault.after_effect || KeepsTheAnswer(fault.kind)) {
    truth = Truly(desk, demand, &fault);
  }
  if (fault.after_effect) wait_(delay);
  return Spoil(fault, desk.endpoint, std::move(truth));
}

Answer Vendor::Truly(const Desk& desk, const Demand& demand, const Fault* fault) {
  if (demand.query) return LookUp(desk, *demand.query, fault);
  if (demand.post) return Process(desk, demand, fault);
  return {.body = SuccessAnswer()};
}

Answer Vendor::Process(const Desk& desk, const Demand& demand, const Fault* fault) {
  const Call& call = *demand.post;
  const std::vector<std::size_t> poisoned = FindPoisoned(desk, call);
  if (!poisoned.empty() && desk.endpoint != Endpoint::kDisassociate) {
    return AnswerTo({400, "Invalid value in payload"});
  }
  const Fault* partial = Is(fault, FaultKind::kPartial) ? fault : nullptr;
  const std::vector<UnprocessedRecord> unprocessed = FindUnprocessed(call, poisoned, partial);
  if (!demand.dry_run && !Is(fault, FaultKind::kIgnored)) TakeEffect(desk, call, unprocessed);
  if (desk.endpoint != Endpoint::kDisassociate && partial == nullptr) {
    return {.body = SuccessAnswer()};
  }
  const AnswerStyle style =
      partial == nullptr ? AnswerStyle{} : AnswerStyle{partial->text_codes, partial->listed_errors};
  return {.body = RecordsAnswer(call, unprocessed, style)};
}

Answer Vendor::LookUp(const Desk& desk, const ProfileQuery& query, const Fault* fault) const {
  const std::optional<Profile> profile = FindProfile(desk.account_id, query.key, query.value);
  if (profile) return {.body = ProfileAnswer(*profile)};
  return {.body = Is(fault, FaultKind::kAbsentFails) ? FailAnswer(404, "Profile not found")
                                                     : NoProfileAnswer()};
}

std::vector<std::size_t> Vendor::FindPoisoned(const Desk& desk, const Call& call) const {
  std::vector<std::size_t> poisoned;
  const std::lock_guard lock(mutex_);
  const auto poison = poison_.find(desk.account_id);
  if (poison == poison_.end()) return poisoned;
  for (std::size_t i = 0; i < call.identifiers.size(); ++i) {
    if (poison->second.contains(call.identifiers[i])) poisoned.push_back(i);
  }
  return poisoned;
}

void Vendor::TakeEffect(const Desk& desk, const Call& call,
                        const std::vector<UnprocessedRecord>& unprocessed) {
  std::vector<std::string> taken;
  auto next = unprocessed.begin();
  for (std::size_t i = 0; i < call.identifiers.size(); ++i) {
    if (next != unprocessed.end() && next->index == i) {
      ++next;
    } else {
      taken.push_back(call.identifiers[i]);
    }
  }
  const std::lock_guard lock(mutex_);
  recorder_.Of(desk).unprocessed += static_cast<std::int64_t>(unprocessed.size());
  recorder_.Took(desk, call.kind, taken, now_());
  ProfileWorld& world = worlds_[desk.account_id];
  for (const std::string& identifier : taken) {
    Affect(world, desk.endpoint, call.kind, identifier);
  }
}

void Vendor::AddFault(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.Add(std::move(fault));
}

void Vendor::SetRandomFaults(RandomFaults faults) {
  const std::lock_guard lock(mutex_);
  faults_.SetRandom(std::move(faults));
}

void Vendor::ClearFaults() {
  const std::lock_guard lock(mutex_);
  faults_.Clear();
}

void Vendor::SetPasscodes(const std::string& account_id, std::vector<std::string> passcodes) {
  const std::lock_guard lock(mutex_);
  credentials_.Set(account_id, std::move(passcodes));
}

void Vendor::AddPoison(const std::string& account_id, std::vector<std::string> identifiers) {
  const std::lock_guard lock(mutex_);
  for (std::string& identifier : identifiers) poison_[account_id].insert(std::move(identifier));
}

bool Vendor::AddProfile(std::string_view account_id, Profile profile) {
  const std::int64_t now =
      std::chrono::floor<std::chrono::seconds>(now_()).time_since_epoch().count();
  const std::lock_guard lock(mutex_);
  return worlds_[std::string(account_id)].Add(SeenAt(now, std::move(profile)));
}

std::optional<Profile> Vendor::FindProfile(std::string_view account_id, ProfileKey key,
                                           std::string_view value) const {
  const std::lock_guard lock(mutex_);
  const auto world = worlds_.find(account_id);
  if (world == worlds_.end()) return {};
  return world->second.Find(key, value);
}

void Vendor::RunNight() {
  const std::lock_guard lock(mutex_);
  for (auto& [account, world] : worlds_) world.Night();
  ++nights_;
}

Effects Vendor::EffectsOn(std::string_view account_id, Endpoint api,
                          std::string_view identifier) const {
  const std::lock_guard lock(mutex_);
  return recorder_.EffectsOn({std::string(account_id), api}, identifier);
}

Report Vendor::GetReport() const {
  const std::lock_guard lock(mutex_);
  Report report = recorder_.Summarize();
  report.nights = nights_;
  for (const auto& [account, world] : worlds_) {
    const ProfileCounts counts = world.Counts();
    report.accounts[account].profiles = counts;
    report.profiles.profiles += counts.profiles;
    report.profiles.marked_for_deletion += counts.marked_for_deletion;
    report.profiles.marked_for_demerge += counts.marked_for_demerge;
    report.profiles.deleted += counts.deleted;
    report.profiles.demerged += counts.demerged;
    report.profiles.disassociated += counts.disassociated;
  }
  return report;
}

void Vendor::Reset() {
  const std::lock_guard lock(mutex_);
  credentials_ = first_credentials_;
  faults_.Clear();
  worlds_.clear();
  poison_.clear();
  recorder_.Reset();
  nights_ = 0;
}

}  // namespace lethe::sandbox
