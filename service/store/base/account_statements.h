#pragma once

#include <array>

#include "store/base/statement.h"

namespace lethe::store {

// ---- blocks, as the delivery queue puts them up

// Answers whether the account is blocked, and whether its next batch is due as the probe.
inline constexpr Statement kAccountGate{"account_gate", R"sql(
select blocked_since is not null, coalesce(resume_by = 'batch' and probe_at <= lethe_now(), false)
from account_state where account = $1
)sql"};

// One probe at a time: whoever moves probe_at on has it. $2 milliseconds.
inline constexpr Statement kTakeBatchProbe{"take_batch_probe", R"sql(
update account_state set probe_at = lethe_now() + $2::bigint * interval '1 millisecond'
where account = $1 and resume_by = 'batch' and probe_at <= lethe_now()
returning account
)sql"};

// Probes come after 10 s, 20 s, 40 s .. 10 min, and never where a person is waited for. An attempt
// ($3: its start) that began before the account was blocked is no probe: calls that were in flight
// together say the same thing once. $4 who ends the block; a person's stays a person's.
inline constexpr Statement kBlockAccount{"block_account", R"sql(
update account_state set blocked_since = coalesce(blocked_since, lethe_now()), blocked_reason = $2, resume_by = $4,
                         probe_count = probe_count + 1,
                         probe_at = case $4 when 'operator' then timestamptz 'infinity'
                                    else lethe_now() + least(600, 10 * 2 ^ least(probe_count, 10)) * interval '1 second' end
where account = $1 and (blocked_since is null or blocked_since <= lethe_time($3) and resume_by <> 'operator')
)sql"};

inline constexpr Statement kBlockedAccounts{"blocked_accounts", R"sql(
select account from account_state where blocked_since is not null
)sql"};

// ---- blocks, as a look at the credentials ends them

// $1 the accounts that this process knows; $2 milliseconds.
inline constexpr Statement kTakeConnectProbe{"take_connect_probe", R"sql(
with due as materialized (
  select account from account_state
  where account = any($1::text[]) and resume_by = 'connect' and probe_at <= lethe_now()
  order by probe_at limit 1 for update skip locked
)
update account_state s set probe_at = lethe_now() + $2::bigint * interval '1 millisecond'
from due d where s.account = d.account
returning s.account, s.blocked_reason, lethe_micros(s.probe_at)
)sql"};

// The three findings. $2, the end of the probe's lease, is the fence: whatever else happens to a
// block moves its probe_at.
inline constexpr Statement kEndBlock{"end_block", R"sql(
update account_state set blocked_since = null, blocked_reason = null, resume_by = null, probe_at = null, probe_count = 0
where account = $1 and resume_by = 'connect' and probe_at = lethe_time($2)
returning account
)sql"};

inline constexpr Statement kProbeLater{"probe_later", R"sql(
update account_state set probe_count = probe_count + 1,
                         probe_at = lethe_now() + least(600, 10 * 2 ^ least(probe_count, 10)) * interval '1 second'
where account = $1 and resume_by = 'connect' and probe_at = lethe_time($2)
returning account
)sql"};

inline constexpr Statement kProbeByBatch{"probe_by_batch", R"sql(
update account_state set resume_by = 'batch', probe_at = lethe_now()
where account = $1 and resume_by = 'connect' and probe_at = lethe_time($2)
returning account
)sql"};

inline constexpr Statement kProbeSoon{"probe_soon", R"sql(
update account_state set probe_at = lethe_now(), probe_count = 0 where account = $1 and resume_by in ('connect', 'batch')
)sql"};

inline constexpr std::array kAccountStatements{
    &kAccountGate, &kTakeBatchProbe, &kBlockAccount, &kBlockedAccounts, &kTakeConnectProbe,
    &kEndBlock,    &kProbeLater,     &kProbeByBatch, &kProbeSoon};

}  // namespace lethe::store
