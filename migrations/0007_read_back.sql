-- Verification by read-back: after CleverTap's window a look-up says whether a person is really gone.

-- Look-ups have slots of their own: CleverTap counts them apart. A lease that runs out frees such a slot, nothing else.
alter table slot drop constraint slot_api_check;
alter table slot add constraint slot_api_check check (api in ('delete', 'demerge', 'disassociate', 'profile'));

-- What a look-up has shown about one call that CleverTap had accepted. Evidence: appended, never changed.
create table read_back (
  envelope    bigint not null,
  pos         smallint not null check (pos >= 0),
  call_number integer not null,  -- the batch's call_count when the call was accepted
  look        smallint not null check (look in (1, 2)),  -- 1: after the window; 2: the second look
  result      text not null check (result in ('absent', 'still_present', 'reappeared', 'unclear')),
  looked_at   timestamptz not null,
  primary key (envelope, pos, call_number, look)
);

-- Whom an erasure by identity found before it was sent; a row a device. Forgotten once the batch is final.
create table prior_profile (
  envelope    bigint not null,
  pos         smallint not null check (pos >= 0),
  device      smallint not null check (device >= 0),
  found       boolean not null,
  object_id   bytea,        -- sealed; null: no profile, or one without devices
  first_seen  timestamptz,  -- of the profile's earliest event
  captured_at timestamptz not null,
  primary key (envelope, pos, device),
  check (found or (device = 0 and object_id is null and first_seen is null))
);

-- Not before this is a batch looked at (again): a claim moves it to the end of its lease. In no index, for it changes often.
alter table batch add column look_at timestamptz;
alter table batch add column look_tries integer not null default 0 check (look_tries >= 0);
-- When everything that must be captured was; null: not yet.
alter table batch add column captured_at timestamptz;
-- When people who were absent are looked for once more; null: never, or it was done.
alter table batch add column second_look_at timestamptz;

create index batch_capture on batch (account, envelope, lo)
  where captured_at is null and operation = 'erasure' and kind = 'identity' and state in ('open', 'ready');
create index batch_read_back on batch (account, operation, window_end) where state = 'accepted';
create index batch_second_look on batch (account, operation, second_look_at) where second_look_at is not null;
