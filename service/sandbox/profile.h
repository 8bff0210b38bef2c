#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lethe::sandbox {

struct Device {
  std::string guid;  ///< CleverTap ID; `objectId` in what CleverTap shows.
  std::string platform = "Android";

  friend bool operator==(const Device&, const Device&) = default;
};

/// Times are seconds since 1970; 0: when the profile is added.
struct Event {
  std::int64_t count = 1;
  std::int64_t first_seen = 0;
  std::int64_t last_seen = 0;

  friend bool operator==(const Event&, const Event&) = default;
};

/// A person as CleverTap knows them. Merged: with several identities or devices. A phone is used as
/// an identity if it is among `identities`; only then can it be disassociated.
struct Profile {
  std::vector<std::string> identities = {};  ///< None: anonymous.
  std::vector<Device> devices = {};          ///< At least one.
  std::string email = {};
  std::string phone = {};
  std::map<std::string, Event> events = {};  ///< By name. None: `App Launched` once, when added.

  friend bool operator==(const Profile&, const Profile&) = default;
};

/// What a profile is looked up by.
enum class ProfileKey { kIdentity, kGuid, kEmail };

}  // namespace lethe::sandbox
