-- The tables of Lethe. Words are those of service/docs/life_of_a_request.md; states those of service/docs/state_machine.md.
-- Identifiers are here only sealed (request_item.sealed) and as keyed digests (request_item.digest).

-- The clock of leases and lingers: the database's, because replicas' clocks differ. Tests replace this function.
create function lethe_now() returns timestamptz
  language sql volatile parallel safe
  as $$ select clock_timestamp() $$;

-- Times travel between the service and the database as microseconds since 1970 UTC: exact in both, no text to parse.
create function lethe_time(micros bigint) returns timestamptz
  language sql immutable strict parallel safe
  as $$ select timestamptz 'epoch' + micros * interval '1 microsecond' $$;
create function lethe_micros(t timestamptz) returns bigint
  language sql immutable strict parallel safe
  as $$ select (extract(epoch from t) * 1000000)::bigint $$;

-- One row per node number that ids may carry. A process may use only ids whose time is below reserved_until_ms; the next holder
-- of the number starts there. So no id is ever made twice, whatever a clock does.
create table node (
  number            smallint primary key check (number between 0 and 1023),
  holder            text not null,
  lease_until       timestamptz not null,
  reserved_until_ms bigint not null
);

-- What is known about an account's credentials, region and paths. A row appears when the account is first configured.
create table account_state (
  account        text primary key check (account ~ '^[a-z][a-z0-9-]{0,62}$'),
  blocked_since  timestamptz,
  blocked_reason text,
  probe_at       timestamptz,
  probe_count    integer not null default 0,
  check ((blocked_since is null) = (blocked_reason is null)),
  check ((blocked_since is null) = (probe_at is null))
);

create table request (
  id              bigint not null,
  account         text not null,
  operation       text not null check (operation in ('erasure', 'demerge', 'disassociation')),
  kind            text not null check (kind in ('identity', 'guid', 'phone')),
  principal       text not null,
  create_time     timestamptz not null,
  submit_time     timestamptz,
  due_time        timestamptz,
  item_count      integer not null check (item_count > 0),
  duplicate_count integer not null check (duplicate_count >= 0),
  -- Its items: `item_count` positions from (first_envelope, first_pos) on. A request of more than one envelope has consecutive
  -- ones to itself, all but the last full, so this finds them without an index on the items.
  first_envelope  bigint not null,
  first_pos       smallint not null check (first_pos >= 0),
  envelope_count  smallint not null check (envelope_count > 0),
  primary key (id)
) partition by range (id);
create index request_by_account on request (account, id desc);

create table idempotency_key (
  principal    text not null,
  key_hmac     bytea not null,
  request_id   bigint not null,
  payload_hmac bytea not null,
  create_time  timestamptz not null,
  primary key (principal, key_hmac)
);

-- One identifier of one request. Written once, never updated; its state is its batch's.
create table request_item (
  envelope   bigint not null,
  request_id bigint not null,
  pos        smallint not null check (pos >= 0),
  ordinal    smallint not null check (ordinal >= 0),
  sealed     bytea not null,
  digest     bytea not null,
  primary key (envelope, pos)
) partition by range (envelope);
create index request_item_by_digest on request_item (digest);

-- A run of positions of one envelope that shares one state. Batches of an envelope never overlap and leave no gap; a batch may
-- split, and never merges.
create table batch (
  envelope      bigint not null,
  lo            smallint not null check (lo >= 0),
  hi            smallint not null,
  account       text not null,
  operation     text not null check (operation in ('erasure', 'demerge', 'disassociation')),
  kind          text not null check (kind in ('identity', 'guid', 'phone')),
  state         text not null
                check (state in ('open', 'ready', 'sending', 'accepted', 'done', 'rejected', 'needs_review')),
  reason        text,
  opened_at     timestamptz not null,
  not_before    timestamptz,
  attempt_count integer not null default 0 check (attempt_count >= 0),  -- what delays grow by
  call_count    integer not null default 0 check (call_count >= attempt_count),  -- numbers the attempts
  unknown_since timestamptz,
  accepted_at   timestamptz,
  window_end    timestamptz,
  finished_at   timestamptz,
  primary key (envelope, lo),
  check (hi >= lo),
  check (state <> 'open' or lo = 0),
  check ((state in ('accepted', 'done')) = (accepted_at is not null)),
  check ((accepted_at is null) = (window_end is null)),
  check ((state in ('done', 'rejected')) = (finished_at is not null)),
  check (state not in ('rejected', 'needs_review') or reason is not null)
) with (fillfactor = 80);
create index batch_sendable on batch (account, operation, envelope, lo) where state in ('open', 'ready');
create index batch_window on batch (window_end) where state = 'accepted';
create index batch_exception on batch (account, envelope, lo) where state in ('rejected', 'needs_review');

-- One HTTP call, written down before it is made. Evidence: completed once, never changed, never deleted before its envelope.
create table attempt (
  envelope      bigint not null,
  lo            smallint not null,
  hi            smallint not null,
  number        integer not null,
  holder        text not null,
  started_at    timestamptz not null,
  members_hmac  bytea not null,       -- over the digests of lo..hi: which identifiers the call carried
  finished_at   timestamptz,
  http_status   smallint,
  outcome_class text,                 -- null: no answer was ever seen
  vendor_code   text,
  abandoned_at  timestamptz,          -- the lease ran out before an answer was written; a late one may still come
  primary key (envelope, lo, number),
  check ((finished_at is null) = (outcome_class is null))
);

-- One concurrent call that CleverTap allows for an account and API. A leased row, so that the limit holds across all replicas.
create table slot (
  account         text not null,
  api             text not null check (api in ('delete', 'demerge', 'disassociate')),
  number          smallint not null check (number between 1 and 3),
  epoch           bigint not null default 0,
  holder          text,
  lease_until     timestamptz,
  cool_down_until timestamptz,
  envelope        bigint,
  lo              smallint,
  primary key (account, api, number),
  check ((holder is null) = (lease_until is null)),
  check ((holder is null) = (envelope is null)),
  check ((envelope is null) = (lo is null))
) with (fillfactor = 50);

-- The items of a request by state. Its batches are those of its envelopes; where it shares one, only its own positions count.
create function request_states(first_envelope bigint, first_pos smallint, item_count integer, envelope_count smallint)
  returns table (state text, items integer, window_end timestamptz, finished_at timestamptz)
  language sql stable parallel safe
  as $$
    select b.state,
           sum(case when envelope_count > 1 then b.hi - b.lo + 1
                    else least(b.hi, first_pos + item_count - 1) - greatest(b.lo, first_pos) + 1 end)::integer,
           max(b.window_end), max(b.finished_at)
    from batch b
    where b.envelope between first_envelope and first_envelope + envelope_count - 1
      and (envelope_count > 1 or (b.hi >= first_pos and b.lo < first_pos + item_count))
    group by b.state
  $$;
