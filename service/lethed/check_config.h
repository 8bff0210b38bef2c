#pragma once

#include "runtime/config.h"

namespace lethe {

/// `lethed check-config`: says what is wrong, with the access file too, one line a finding on
/// standard error, and returns the exit code: 0 if nothing is. With `connect` it also tries what
/// `lethed serve` would need: the database (whether it lets the role in, is migrated, takes writes,
/// and fits the keys and the accounts), and each passcode at CleverTap. Changes nothing.
int CheckConfig(const runtime::Config& config, bool connect);

}  // namespace lethe
