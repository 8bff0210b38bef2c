-- What an older state of the database that came up does not have, although a process remembers that it was confirmed.

-- One row each time that a process found something missing that nobody had told before.
create table lost_history (
  id         bigint generated always as identity primary key,
  found_at   timestamptz not null,
  holder     text not null,         -- the process
  since      timestamptz not null,  -- when the earliest that it misses was written
  remembered integer not null,      -- calls to CleverTap that it remembers
  missing    integer not null,      -- those of them that were missing
  node_row   boolean not null,      -- its row in node was older than it was
  settled_at timestamptz            -- when an operator resumed
);
create index lost_history_unsettled on lost_history (since) where settled_at is null;

-- The calls that were missing. Each stands here once, so that no process takes the same loss for a new one.
create table lost_attempt (
  envelope   bigint not null,
  lo         smallint not null,
  hi         smallint not null,
  number     integer not null,
  started_at timestamptz not null,  -- with the above: the attempt that was written down
  account    text not null,
  operation  text not null check (operation in ('erasure', 'demerge', 'disassociation')),
  digests    bytea not null,        -- of its identifiers, one after the other, 20 bytes each; empty: not known any more
  found_at   timestamptz not null,
  settled_at timestamptz,           -- when an operator resumed
  primary key (envelope, lo, number, started_at)
);
create index lost_attempt_unsettled on lost_attempt (started_at) where settled_at is null;
