#include "sandbox/profile_world.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace lethe::sandbox {

bool ProfileWorld::Add(Profile profile) {
  if (profile.devices.empty()) return false;
  std::unordered_set<std::string_view> own;
  for (const std::string& identity : profile.identities) {
    if (by_identity_.contains(identity) || !own.insert(identity).second) return false;
  }
  own.clear();
  for (const Device& device : profile.devices) {
    if (by_guid_.contains(device.guid) || !own.insert(device.guid).second) return false;
  }
  Insert(std::move(profile));
  return true;
}

std::optional<Profile> ProfileWorld::Find(ProfileKey key, std::string_view value) const {
  const std::optional<Id> id = Locate(key, value);
  if (!id) return {};
  return entries_.at(*id).profile;
}

void ProfileWorld::MarkForDeletion(ProfileKey key, std::string_view value) {
  if (const auto id = Locate(key, value)) entries_.at(*id).marked_for_deletion = true;
}

void ProfileWorld::MarkForDemerge(std::string_view identity) {
  if (const auto id = Locate(ProfileKey::kIdentity, identity)) {
    entries_.at(*id).marked_for_demerge = true;
  }
}

void ProfileWorld::Disassociate(std::string_view phone) {
  const std::optional<Id> id = Locate(ProfileKey::kIdentity, phone);
  if (!id) return;
  Profile& profile = entries_.at(*id).profile;
  std::erase(profile.identities, phone);
  if (profile.phone == phone) profile.phone.clear();
  by_identity_.erase(std::string(phone));
  ++disassociated_;
}

void ProfileWorld::Night() {
  std::vector<Id> deletions;
  std::vector<Id> demerges;
  for (const auto& [id, entry] : entries_) {
    // Deletions run at 2-4 AM, demerges at 4-7 AM: who is marked for both is gone by then.
    if (entry.marked_for_deletion) {
      deletions.push_back(id);
    } else if (entry.marked_for_demerge) {
      demerges.push_back(id);
    }
  }
  for (const Id id : deletions) {
    Remove(id);
    ++deleted_;
  }
  for (const Id id : demerges) {
    Profile merged = Remove(id);
    for (Device& device : merged.devices) {
      Insert({.devices = {std::move(device)}, .events = std::exchange(merged.events, {})});
    }
    ++demerged_;
  }
}

ProfileCounts ProfileWorld::Counts() const {
  ProfileCounts counts{.profiles = static_cast<std::int64_t>(entries_.size()),
                       .deleted = deleted_,
                       .demerged = demerged_,
                       .disassociated = disassociated_};
  for (const auto& [id, entry] : entries_) {
    counts.marked_for_deletion += entry.marked_for_deletion ? 1 : 0;
    counts.marked_for_demerge += entry.marked_for_demerge ? 1 : 0;
  }
  return counts;
}

std::optional<ProfileWorld::Id> ProfileWorld::Locate(ProfileKey key, std::string_view value) const {
  if (key == ProfileKey::kEmail) {
    const auto entry = std::ranges::find_if(
        entries_, [&](const auto& item) { return item.second.profile.email == value; });
    if (value.empty() || entry == entries_.end()) return {};
    return entry->first;
  }
  const Index& index = key == ProfileKey::kIdentity ? by_identity_ : by_guid_;
  const auto found = index.find(std::string(value));
  if (found == index.end()) return {};
  return found->second;
}

void ProfileWorld::Insert(Profile profile) {
  const Id id = next_id_++;
  for (const std::string& identity : profile.identities) by_identity_[identity] = id;
  for (const Device& device : profile.devices) by_guid_[device.guid] = id;
  entries_.emplace(id, Entry{.profile = std::move(profile)});
}

Profile ProfileWorld::Remove(Id id) {
  Profile profile = std::move(entries_.extract(id).mapped().profile);
  for (const std::string& identity : profile.identities) by_identity_.erase(identity);
  for (const Device& device : profile.devices) by_guid_.erase(device.guid);
  return profile;
}

}  // namespace lethe::sandbox
