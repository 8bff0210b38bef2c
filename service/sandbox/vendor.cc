#include "sandbox/vendor.h"

#include <algorithm>
#include <span>

#include "sandbox/spoil.h"

namespace lethe::sandbox {
namespace {

using std::chrono::milliseconds;

constexpr int kInvalidPhone = 516;

std::optional<Endpoint> EndpointAt(std::string_view path) {
  for (const Endpoint endpoint : kEndpoints) {
    if (path == Path(endpoint)) return endpoint;
  }
  return {};
}

Answer AnswerTo(const Refusal& refusal) {
  return {.status = refusal.status,
          .body = FailAnswer(refusal.status, refusal.error),
          .close = refusal.status == 401};
}

std::vector<UnprocessedRecord> FindUnprocessed(const Call& call, const Fault* partial) {
  std::vector<UnprocessedRecord> unprocessed;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < call.identifiers.size(); ++i) {
    if (call.kind == CallKind::kPhone && !IsPhone(call.identifiers[i])) {
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
    case Endpoint::kProfile: return;
  }
}

}  // namespace

Vendor::Vendor(Credentials credentials, Wait wait)
    : credentials_(std::move(credentials)), wait_(std::move(wait)) {}

Answer Vendor::Handle(const HttpCall& call) {
  const std::optional<Endpoint> endpoint = EndpointAt(call.path);
  if (!endpoint) {
    if (call.path == kRedirectTarget) {
      return TurnAway(AnswerTo({404, "Not found"}), Violation::kFollowedRedirect);
    }
    if (call.path.ends_with('/')) {
      const std::string bare = call.path.substr(0, call.path.size() - 1);
      if (EndpointAt(bare)) {
        return TurnAway({.status = 301, .headers = {{"Location", bare}}},
                        Violation::kTrailingSlash);
      }
    }
    return TurnAway(AnswerTo({404, "Not found"}), Violation::kWrongPath);
  }
  if (call.method != (*endpoint == Endpoint::kProfile ? "GET" : "POST")) {
    return TurnAway(AnswerTo({405, "Method not allowed"}), Violation::kWrongMethod);
  }
  if (const auto refusal = CheckHeaders(call.headers, credentials_)) {
    return TurnAway(AnswerTo(*refusal), refusal->violation);
  }

  const Desk desk{*call.headers.account_id, *endpoint};
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

Answer Vendor::TurnAway(Answer answer, std::optional<Violation> violation) {
  const std::lock_guard lock(mutex_);
  Tally& tally = recorder_.WithoutDesk();
  ++tally.calls;
  ++tally.by_status[answer.status];
  ++(violation ? tally.violations[*violation] : tally.wrong_credentials);
  return answer;
}

Answer Vendor::Receive(const Desk& desk, const HttpCall& call, int in_flight) {
  Demand demand;
  std::optional<Refusal> refusal;
  if (in_flight > kMaxCallsInFlight) {
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
      fault =
          faults_.Take({desk.endpoint, desk.account_id, IdentifiersOf(demand.post, demand.query)});
    }
  }
  if (refusal) return AnswerTo(*refusal);
  return fault ? Harmed(desk, demand, *fault) : Truly(desk, demand, nullptr);
}

std::optional<Refusal> Vendor::Read(const Desk& desk, const HttpCall& call, Demand& demand) {
  if (desk.endpoint == Endpoint::kProfile) {
    demand.query = ReadProfileQuery(call.parameters);
    if (!demand.query) return Refusal{400, "Invalid parameter", Violation::kWrongKey};
    return {};
  }
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
    truth = Truly(desk, demand, fault.kind == FaultKind::kPartial ? &fault : nullptr);
  }
  if (fault.after_effect) wait_(delay);
  return Spoil(fault, desk.endpoint, std::move(truth));
}

Answer Vendor::Truly(const Desk& desk, const Demand& demand, const Fault* partial) {
  if (demand.query) return LookUp(desk, *demand.query);
  const Call& call = *demand.post;
  const std::vector<UnprocessedRecord> unprocessed = FindUnprocessed(call, partial);
  if (!demand.dry_run) TakeEffect(desk, call, unprocessed);
  if (desk.endpoint != Endpoint::kDisassociate && partial == nullptr) {
    return {.body = SuccessAnswer()};
  }
  const AnswerStyle style =
      partial == nullptr ? AnswerStyle{} : AnswerStyle{partial->text_codes, partial->listed_errors};
  return {.body = RecordsAnswer(call, unprocessed, style)};
}

Answer Vendor::LookUp(const Desk& desk, const ProfileQuery& query) const {
  const std::optional<Profile> profile = FindProfile(desk.account_id, query.key, query.value);
  return {.body = profile ? ProfileAnswer(*profile) : NoProfileAnswer()};
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
  recorder_.Took(desk, call.kind, taken);
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

bool Vendor::AddProfile(std::string_view account_id, Profile profile) {
  const std::lock_guard lock(mutex_);
  return worlds_[std::string(account_id)].Add(std::move(profile));
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
  faults_.Clear();
  worlds_.clear();
  recorder_.Reset();
  nights_ = 0;
}

}  // namespace lethe::sandbox
