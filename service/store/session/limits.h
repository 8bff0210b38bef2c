#pragma once

#include <chrono>

#include "lethe/time.h"

namespace lethe::store {

/// How long one session waits for PostgreSQL. Together they bound every call: a caller is answered
/// within half a minute, whatever the database does.
struct SessionLimits {
  /// For each address of the database's URL, unless the URL says otherwise. A host that is there
  /// answers in milliseconds; the next host of the URL must get its turn soon.
  std::chrono::seconds connect{5};

  /// The server ends a statement after this time. The longest that Lethe runs, over a queue of
  /// millions, take two seconds.
  milliseconds statement{10'000};

  /// The server ends a wait for a lock: before the statement's own limit, so that the SQLSTATE
  /// (55P03) tells which of the two it was.
  milliseconds lock{5'000};

  /// From the first statement of a use of the session to the last one's answer, commit included; by
  /// this process's own clock. It must be above `statement`: it is for a server that says nothing
  /// at all (a stopped process, a standby that is gone), where only the client can give up. What
  /// the use did is unknown then.
  milliseconds use{12'000};
};

/// How long callers wait for a session of a pool.
struct PoolLimits {
  SessionLimits session = {};

  /// In line for a session. Shorter than a use, since waiting longer helps no caller: what holds
  /// all sessions for seconds is a database that does not answer.
  milliseconds wait{5'000};

  /// How many callers may wait in line; more are refused at once. Above the threads of one process
  /// that share a pool.
  int line = 128;

  /// A session that nobody has needed for so long is closed when the next one is given back: what a
  /// busy hour opened does not stay for the night.
  milliseconds idle = std::chrono::minutes{5};
};

/// When a peer's host vanishes, no packet says so. The kernel gives the connection up after about
/// ten seconds, in these ways; each as the URL says, if it does. libpq's names and units.
inline constexpr const char* kGiveUpOnSilentHosts[][2] = {
    {"keepalives_idle", "5"},       // s without a packet: then the peer is asked
    {"keepalives_interval", "2"},   // s between two questions
    {"keepalives_count", "3"},      // questions without an answer: it is gone
    {"tcp_user_timeout", "10000"},  // ms that sent data may stay unacknowledged
};

}  // namespace lethe::store
