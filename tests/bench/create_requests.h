#pragma once

#include "bench/load.h"

namespace lethe::bench {

/// CreatePrivacyRequest with `identifiers` identities each, for the account "shop" of the lethed
/// that listens on `port`. Keys and identities are new in every call, whoever asks.
LoadParams CreateRequests(int port, int identifiers);

}  // namespace lethe::bench
