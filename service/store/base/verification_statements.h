#pragma once

#include <array>

#include "store/base/statements.h"

namespace lethe::store {

// The statements of verification, as those of statements.h.

// $1 accounts, $2 operations (pairs), $3 linger in milliseconds. `offset 0` as in kSendableRoutes.
inline constexpr Statement kDueLooks{"due_looks", R"sql(
with present as materialized (select lethe_now() as t)
select r.account, r.operation
from present, unnest($1::text[], $2::text[]) as r(account, operation) join account_state a using (account)
where a.blocked_since is null and (
  (r.operation = 'erasure' and exists (
    select from batch b
    where b.account = r.account and b.captured_at is null and b.operation = 'erasure' and b.kind = 'identity'
      and b.state in ('open', 'ready')
      and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                       else b.opened_at <= present.t - $3::bigint * interval '1 millisecond' end
      and coalesce(b.look_at <= present.t, true) offset 0))
  or exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state = 'accepted' and b.window_end <= present.t
      and coalesce(b.look_at <= present.t, true) offset 0)
  or exists (
    select from batch b
    where b.account = r.account and b.operation = r.operation and b.state = 'done'
      and b.second_look_at is not null and b.second_look_at <= present.t
      and coalesce(b.look_at <= present.t, true) offset 0))
)sql"};

// A slot whose lease ran out is as good as a free one. $3: how many the account has.
inline constexpr Statement kFreeLookSlot{"free_look_slot", R"sql(
select s.number, s.epoch from slot s join account_state a using (account)
where s.account = $1 and s.api = 'profile' and s.number <= $2::int and a.blocked_since is null
  and (s.holder is null or s.lease_until <= lethe_now()) and (s.cool_down_until is null or s.cool_down_until <= lethe_now())
order by s.number limit 1 for update of s skip locked
)sql"};

// $3 holder, $4 lease in milliseconds, $5 envelope, $6 lo.
inline constexpr Statement kLeaseLookSlot{"lease_look_slot", R"sql(
update slot set holder = $3, epoch = epoch + 1, lease_until = lethe_now() + $4::bigint * interval '1 millisecond',
                cool_down_until = null, envelope = $5, lo = $6
where account = $1 and api = 'profile' and number = $2
returning epoch, setbacks
)sql"};

// The three ways to take a batch to look at: $1 account, $2 lease in milliseconds. Each answers the
// batch, the call to read back, when it was accepted, since when the look is due, and the tries so
// far.

// $3 linger in milliseconds. An envelope that is looked at grows no more: its items must stay what
// they were.
inline constexpr Statement kTakeCapture{"take_capture", R"sql(
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo, coalesce(b.not_before, b.opened_at) as due_since from batch b, present
  where b.account = $1 and b.captured_at is null and b.operation = 'erasure' and b.kind = 'identity'
    and b.state in ('open', 'ready')
    and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                     else b.opened_at <= present.t - $3::bigint * interval '1 millisecond' end
    and coalesce(b.look_at <= present.t, true)
  order by b.envelope, b.lo limit 1 for update of b skip locked
)
update batch b set state = 'ready', look_at = present.t + $2::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state in ('open', 'ready')
returning b.envelope, b.lo, b.hi, b.kind, 0, null::bigint, lethe_micros(o.due_since), b.look_tries
)sql"};

// $3 operation.
inline constexpr Statement kTakeReadBack{"take_read_back", R"sql(
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo from batch b
  where b.account = $1 and b.operation = $3 and b.state = 'accepted' and b.window_end <= (select t from present)
    and coalesce(b.look_at <= (select t from present), true)
  order by b.window_end limit 1 for update of b skip locked
)
update batch b set look_at = present.t + $2::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state = 'accepted'
returning b.envelope, b.lo, b.hi, b.kind, b.call_count, lethe_micros(b.accepted_at), lethe_micros(b.window_end), b.look_tries
)sql"};

// $3 operation.
inline constexpr Statement kTakeSecondLook{"take_second_look", R"sql(
with present as materialized (select lethe_now() as t), oldest as materialized (
  select b.envelope, b.lo from batch b
  where b.account = $1 and b.operation = $3 and b.state = 'done'
    and b.second_look_at is not null and b.second_look_at <= (select t from present)
    and coalesce(b.look_at <= (select t from present), true)
  order by b.second_look_at limit 1 for update of b skip locked
)
update batch b set look_at = present.t + $2::bigint * interval '1 millisecond'
from oldest o, present
where b.envelope = o.envelope and b.lo = o.lo and b.state = 'done'
returning b.envelope, b.lo, b.hi, b.kind, b.call_count, lethe_micros(b.accepted_at), lethe_micros(b.second_look_at), b.look_tries
)sql"};

// $2, $3 first and last position, $4 the call. Beside the item: what the looks at the call have
// shown, whether an earlier call was without effect, and whether its profile was captured.
inline constexpr Statement kReadLookItems{"read_look_items", R"sql(
select i.pos, i.sealed, i.digest, first.result, second.result,
       exists (select from read_back e where e.envelope = i.envelope and e.pos = i.pos and e.call_number < $4::int
                                         and e.look = 1 and e.result = 'still_present'),
       exists (select from prior_profile p where p.envelope = i.envelope and p.pos = i.pos)
from request_item i
  left join read_back first on first.envelope = i.envelope and first.pos = i.pos and first.call_number = $4::int and first.look = 1
  left join read_back second on second.envelope = i.envelope and second.pos = i.pos and second.call_number = $4::int and second.look = 2
where i.envelope = $1 and i.pos between $2::int and $3::int
order by i.pos
)sql"};

inline constexpr Statement kReadCaptures{"read_captures", R"sql(
select pos, found, object_id, lethe_micros(first_seen) from prior_profile
where envelope = $1 and pos between $2::int and $3::int order by pos, device
)sql"};

// The fence, as kFreeLeasedSlot. $4 whether the claim met trouble, $5 cool-down in milliseconds.
inline constexpr Statement kFreeLookedSlot{"free_looked_slot", R"sql(
update slot set holder = null, lease_until = null, envelope = null, lo = null,
                setbacks = case when $4::bool then setbacks + 1 else 0 end,
                cool_down_until = case when $5::bigint > 0 then lethe_now() + $5::bigint * interval '1 millisecond' end
where account = $1 and api = 'profile' and number = $2 and epoch = $3 and holder is not null
returning number
)sql"};

// $2 positions, $3 their results, $4 the call, $5 1 or 2: the look.
inline constexpr Statement kInsertReadBacks{"insert_read_backs", R"sql(
insert into read_back (envelope, pos, call_number, look, result, looked_at)
select $1, pos, $4, $5, result, lethe_now() from unnest($2::smallint[], $3::text[]) as r(pos, result)
on conflict do nothing
)sql"};

inline constexpr Statement kInsertCaptures{"insert_captures", R"sql(
insert into prior_profile (envelope, pos, device, found, object_id, first_seen, captured_at)
select $1, pos, device, found, object_id, lethe_time(first_seen), lethe_now()
from unnest($2::smallint[], $3::smallint[], $4::bool[], $5::bytea[], $6::bigint[])
  as p(pos, device, found, object_id, first_seen)
on conflict do nothing
)sql"};

// The look goes on. $3 the state that belongs to it, $4 in how many milliseconds, $5 whether the
// claim met trouble.
inline constexpr Statement kLookAgain{"look_again", R"sql(
update batch set look_at = lethe_now() + $4::bigint * interval '1 millisecond',
                 look_tries = case when $5::bool then look_tries + 1 else 0 end
where envelope = $1 and lo = $2 and state = $3
returning lo
)sql"};

// $3 hi: a batch that was split since is another one.
inline constexpr Statement kEndCapture{"end_capture", R"sql(
update batch set captured_at = lethe_now(), look_at = null, look_tries = 0
where envelope = $1 and lo = $2 and hi = $3 and state = 'ready' and captured_at is null
returning lo
)sql"};

inline constexpr Statement kEndSecondLook{"end_second_look", R"sql(
update batch set second_look_at = null, look_at = null, look_tries = 0
where envelope = $1 and lo = $2 and state = 'done' and second_look_at is not null
returning lo
)sql"};

// Later runs of an accepted batch that splits; the first run keeps the row. What is done keeps a
// reason that an operator gave it. $5 state, $6 reason, $7 second_look_at in milliseconds from now.
inline constexpr Statement kSplitReadBack{"split_read_back", R"sql(
insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, attempt_count, call_count,
                   captured_at, accepted_at, window_end, finished_at, second_look_at, review_since)
select envelope, $3, $4, account, operation, kind, $5, coalesce($6, case when $5 = 'done' then reason end), opened_at,
       attempt_count, call_count, captured_at,
       case when $5 = 'done' then accepted_at end, case when $5 = 'done' then window_end end,
       case when $5 = 'done' then lethe_now() end, lethe_now() + $7::bigint * interval '1 millisecond',
       case when $5 = 'needs_review' then lethe_now() end
from batch where envelope = $1 and lo = $2 and state = 'accepted'
returning lo
)sql"};

// $3 hi, $4 state, $5 reason, $6 second_look_at in milliseconds from now.
inline constexpr Statement kMoveReadBack{"move_read_back", R"sql(
update batch set hi = $3, state = $4, reason = coalesce($5, case when $4 = 'done' then reason end),
                 look_at = null, look_tries = 0,
                 accepted_at = case when $4 = 'done' then accepted_at end,
                 window_end = case when $4 = 'done' then window_end end,
                 finished_at = case when $4 = 'done' then lethe_now() end,
                 second_look_at = lethe_now() + $6::bigint * interval '1 millisecond',
                 review_since = case when $4 = 'needs_review' then lethe_now() end
where envelope = $1 and lo = $2 and state = 'accepted'
returning lo
)sql"};

inline constexpr Statement kForgetCaptures{"forget_captures", R"sql(
delete from prior_profile p using (
  select c.envelope, c.pos, c.device
  from prior_profile c join batch b on b.envelope = c.envelope and c.pos between b.lo and b.hi
  where b.state in ('done', 'rejected', 'cancelled') limit $1::int
) gone
where p.envelope = gone.envelope and p.pos = gone.pos and p.device = gone.device
)sql"};

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

inline constexpr std::array kVerificationStatements{
    &kCountVerified,   &kDueLooks,       &kFreeLookSlot,  &kLeaseLookSlot, &kTakeCapture,
    &kTakeReadBack,    &kTakeSecondLook, &kReadLookItems, &kReadCaptures,  &kFreeLookedSlot,
    &kInsertReadBacks, &kInsertCaptures, &kLookAgain,     &kEndCapture,    &kEndSecondLook,
    &kSplitReadBack,   &kMoveReadBack,   &kForgetCaptures};

}  // namespace lethe::store
