-- What tells a bad identifier from a bad moment and from a changed rule, counted by identifiers: a search for one bad identifier takes many
-- calls that CleverTap refuses.

-- judged_identifiers, taken_identifiers: of the slot's latest identifiers that CleverTap took, or refused alone, how many there were and how
-- many it took. Both are halved when the first reaches 32, so that what is long ago counts less. They replace recent_calls and recent_taken,
-- which only the version before still writes.
-- hiccup_at: when CleverTap last took an identifier that it had not taken alone before. So its refusals come at random.
alter table slot
  add column judged_identifiers smallint not null default 0 check (judged_identifiers >= 0),
  add column taken_identifiers smallint not null default 0 check (taken_identifiers between 0 and judged_identifiers),
  add column hiccup_at timestamptz;

-- When a look at the account's credentials last found them right.
alter table account_state add column connected_at timestamptz;
