-- Writes all that a flush adds, in one round trip, or nothing at all. It writes nothing where
-- - a dispatcher has claimed an open envelope that the flush would append to: that envelope grows no more;
-- - @writes_keys and a key is known;
-- - @writes_keys and one of the @erasing_accounts has requests that unlink identities: the flush has to look for them.
-- Answers what it found: a row for each of the @erasing_accounts whose requests unlink, or one row without an account.
-- @now time                     when the requests are accepted
-- @writes_keys bool             the statement is the whole transaction and writes the keys as well; false: its transaction has written them
-- @erasing_accounts text[]      those with erasures by identity
-- @appends.envelope envelope    which this process has opened
-- @appends.items int            how many are appended
-- @appends.hi int               the last position before
-- @appends.capacity int
-- @envelopes.envelope envelope
-- @envelopes.hi int
-- @envelopes.account text
-- @envelopes.operation operation
-- @envelopes.kind kind
-- @envelopes.state state
-- @envelopes.urgency int        with due_at: the place in the order of sending
-- @envelopes.due_at time
-- @requests.id request
-- @requests.account text
-- @requests.operation operation
-- @requests.kind kind
-- @requests.principal text
-- @requests.submit_time time?
-- @requests.due_time time?      as its caller gave it
-- @requests.due_by time?        as it counts
-- @requests.item_count int
-- @requests.duplicate_count int
-- @requests.first_envelope envelope
-- @requests.first_pos int
-- @requests.envelope_count int
-- @requests.retry_of request?
-- @keys.request_id request
-- @keys.principal text
-- @keys.key_hmac bytes
-- @keys.payload_hmac bytes
-- @account_keys.principal text  forms that a key has where another account had it first: looked for, not written
-- @account_keys.key_hmac bytes
-- @items.envelope envelope
-- @items.request_id request
-- @items.pos int
-- @items.ordinal int
-- @items.sealed bytes
-- @items.digest bytes
-- @digests.envelope envelope    the items' digests under further MAC keys
-- @digests.pos int
-- @digests.digest bytes
-- @digests.request_id request
-- > written bool
-- > taken_envelope bool         a dispatcher has claimed an envelope: plan again without it
-- > unlinking_account text?
with found as materialized (
  select
    @writes_keys::boolean and exists (
      select from (
          select * from unnest(@keys.principal::text[], @keys.key_hmac::bytea[])
          union all select * from unnest(@account_keys.principal::text[], @account_keys.key_hmac::bytea[])) as k(principal, key_hmac)
        join idempotency_key using (principal, key_hmac)) as known_key,
    (select count(*) from (
       select from unnest(@appends.envelope::bigint[], @appends.hi::int[]) as a(envelope, hi) join batch b using (envelope)
       where b.lo = 0 and b.state = 'open' and b.hi = a.hi order by envelope for update of b) as kept)
      < cardinality(@appends.envelope::bigint[]) as taken_envelope,
    array(select account from account_state where account = any(@erasing_accounts::text[]) and unlinks_since is not null) as unlinking
), go as materialized (
  select from found where not known_key and not taken_envelope and not (@writes_keys and unlinking <> '{}')
), keys as (
  -- Sorted as insert_keys sorts them.
  insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time)
  select principal, key_hmac, request_id, payload_hmac, (select lethe_time(@now))
  from unnest(@keys.request_id::bigint[], @keys.principal::text[], @keys.key_hmac::bytea[], @keys.payload_hmac::bytea[])
    as k(request_id, principal, key_hmac, payload_hmac)
  where @writes_keys and exists (select from go)
  order by principal, key_hmac
  returning request_id
), appended as (
  update batch b set hi = b.hi + a.items, state = case when b.hi + 1 + a.items >= a.capacity then 'ready' else 'open' end
  from unnest(@appends.envelope::bigint[], @appends.items::int[], @appends.capacity::int[]) as a(envelope, items, capacity)
  where b.envelope = a.envelope and b.lo = 0 and exists (select from go)
), envelopes as (
  insert into batch (envelope, lo, hi, account, operation, kind, state, opened_at, urgency, due_at)
  select envelope, 0, hi, account, operation, kind, state, lethe_now(), urgency, lethe_time(due_at)
  from unnest(@envelopes.envelope::bigint[], @envelopes.hi::smallint[], @envelopes.account::text[], @envelopes.operation::text[],
              @envelopes.kind::text[], @envelopes.state::text[], @envelopes.urgency::smallint[], @envelopes.due_at::bigint[])
    as b(envelope, hi, account, operation, kind, state, urgency, due_at)
  where exists (select from go)
), requests as (
  insert into request (id, account, operation, kind, principal, create_time, submit_time, due_time, due_by, item_count, duplicate_count,
                       first_envelope, first_pos, envelope_count, retry_of, may_be_unlinked)
  select id, account, operation, kind, principal, (select lethe_time(@now)), lethe_time(submit_time), lethe_time(due_time), lethe_time(due_by), item_count,
         duplicate_count, first_envelope, first_pos, envelope_count, retry_of, false
  from unnest(@requests.id::bigint[], @requests.account::text[], @requests.operation::text[], @requests.kind::text[],
              @requests.principal::text[], @requests.submit_time::bigint[], @requests.due_time::bigint[], @requests.due_by::bigint[], @requests.item_count::int[],
              @requests.duplicate_count::int[], @requests.first_envelope::bigint[], @requests.first_pos::smallint[],
              @requests.envelope_count::smallint[], @requests.retry_of::bigint[])
    as r(id, account, operation, kind, principal, submit_time, due_time, due_by, item_count, duplicate_count, first_envelope, first_pos,
         envelope_count, retry_of)
  -- Forces keys before tallies (`counted` reads `requests`, which waits for `keys`), which prevents a deadlock: a transaction that holds a
  -- tally never waits for a key. PostgreSQL's own order is the reverse.
  where exists (select from go) and (select count(*) from keys) >= 0
  returning account, operation, kind, create_time, item_count
), counted as (
  -- Sharded, so that replicas rarely wait for each other's tally, and sorted, so that they never wait in a circle.
  insert into accepted_tally as t
  select account, operation, kind, (create_time at time zone 'UTC')::date, pg_backend_pid() % 8, sum(item_count)
  from requests group by 1, 2, 3, 4 order by 1, 2, 3, 4
  on conflict (account, operation, kind, day, shard) do update set items = t.items + excluded.items
), items as (
  insert into request_item (envelope, request_id, pos, ordinal, sealed, digest)
  select i.* from unnest(@items.envelope::bigint[], @items.request_id::bigint[], @items.pos::smallint[], @items.ordinal::smallint[],
                         @items.sealed::bytea[], @items.digest::bytea[]) as i
  where exists (select from go)
), digests as (
  insert into item_digest (envelope, pos, digest, request_id)
  select d.* from unnest(@digests.envelope::bigint[], @digests.pos::smallint[], @digests.digest::bytea[], @digests.request_id::bigint[])
    as d
  where exists (select from go)
)
select exists (select from go) as written, taken_envelope, account as unlinking_account
from found left join unnest(unlinking) as u(account) on true
