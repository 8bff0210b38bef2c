#pragma once

#include <array>

#include "store/base/statements.h"

namespace lethe::store {

// The items of requests ($1) that are done and were read back, counted by look and result. $2..$5
// where the items are, as ItemRange.
inline constexpr Statement kCountVerified{"count_verified", R"sql(
select r.id, v.look, v.result, count(*)::int
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::smallint[], $5::smallint[])
    as r(id, first_envelope, last_envelope, first_pos, last_pos)
  cross join lateral (
    select b.envelope, greatest(b.lo, r.first_pos) as lo, least(b.hi, r.last_pos) as hi, b.call_count from batch b
    where b.envelope between r.first_envelope and r.last_envelope and b.state = 'done'
    offset 0) b
  cross join lateral (
    select v.look, v.result from read_back v
    where v.envelope = b.envelope and v.pos between b.lo and b.hi and v.call_number = b.call_count
    offset 0) v
group by r.id, v.look, v.result
)sql"};

inline constexpr std::array kVerificationStatements{&kCountVerified};

}  // namespace lethe::store
