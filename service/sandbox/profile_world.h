#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sandbox/profile.h"
#include "sandbox/report.h"

namespace lethe::sandbox {

/// The profiles of one account and what CleverTap does to them. Not thread-safe.
class ProfileWorld {
 public:
  /// False if the profile has no device, or shares an identity or CleverTap ID with another one (or
  /// with itself).
  [[nodiscard]] bool Add(Profile profile);

  /// The profile as the dashboard shows it: what is only marked is still there.
  std::optional<Profile> Find(ProfileKey key, std::string_view value) const;

  /// Mark what is found; an identifier that finds nothing is as good as any other.
  void MarkForDeletion(ProfileKey key, std::string_view value);
  void MarkForDemerge(std::string_view identity);

  /// Takes the phone off the profile that uses it as an identity, at once.
  void Disassociate(std::string_view phone);

  /// What is marked for deletion goes, with all its devices. What is marked for a demerge loses all
  /// its identities and becomes one anonymous profile a device; the events stay with the first.
  void Night();

  ProfileCounts Counts() const;

 private:
  struct Entry {
    Profile profile;
    bool marked_for_deletion = false;
    bool marked_for_demerge = false;
  };
  using Id = std::int64_t;
  using Index = std::unordered_map<std::string, Id>;

  std::optional<Id> Locate(ProfileKey key, std::string_view value) const;
  void Insert(Profile profile);
  Profile Remove(Id id);

  std::map<Id, Entry> entries_;
  Index by_identity_;
  Index by_guid_;
  Id next_id_ = 1;
  std::int64_t deleted_ = 0;
  std::int64_t demerged_ = 0;
  std::int64_t disassociated_ = 0;
};

}  // namespace lethe::sandbox
