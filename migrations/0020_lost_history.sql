-- What an older state of the database that came up does not have, although a process remembers that it was confirmed.

-- One row each time that a process found something missing that nobody had told before.
create table lost_history (
  id             bigint generated always as identity primary key,
  found_at       timestamptz not null,
  holder         text not null,         -- the process
  since          timestamptz not null,  -- when the earliest that it misses was written
  complete_until timestamptz,           -- when the latest call before that was made, which is there; null: it remembers none
  remembered     integer not null,      -- calls to CleverTap that it remembers
  missing        integer not null,      -- those of them that were missing
  node_row       boolean not null,      -- its row in node was older than it was
  settled_at     timestamptz            -- when an operator resumed
);
create index lost_history_unsettled on lost_history (since) where settled_at is null;

-- The calls that were missing. Each stands here once, so that no process takes the same loss for a new one.
create table lost_attempt (
  id           bigint generated always as identity unique,
  envelope     bigint not null,
  lo           smallint not null,
  hi           smallint not null,
  number       integer not null,
  started_at   timestamptz not null,  -- with the above: the attempt that was written down
  account      text not null,
  operation    text not null check (operation in ('erasure', 'demerge', 'disassociation')),
  has_digests  boolean not null,      -- false: only the places of its identifiers are known
  found_at     timestamptz not null,
  settled_at   timestamptz,           -- when an operator resumed
  primary key (envelope, lo, number, started_at)
);
create index lost_attempt_unsettled on lost_attempt (account, operation, started_at) where settled_at is null;
create index lost_attempt_of_account on lost_attempt (account, coalesce(settled_at, 'infinity'));

-- Digests of the identifiers that these calls were about.
create table lost_digest (
  digest  bytea not null,
  attempt bigint not null,  -- lost_attempt.id
  primary key (digest, attempt)
);
