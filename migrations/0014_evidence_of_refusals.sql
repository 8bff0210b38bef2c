-- What tells a bad identifier from a bad moment and from a changed rule.

-- How often CleverTap did not take the identifier while it was alone in its call.
alter table batch add column lone_refusals smallint not null default 0 check (lone_refusals >= 0);

-- Finds the batches that wait after a call of unknown effect: Lethe makes a control call for them if no other call of the route is under way.
create index batch_unknown on batch (account, operation) where unknown_since is not null and state = 'ready';

-- failures: envelopes, one after another, of which no call through the slot was taken; the last of them, and when.
-- recent_calls, recent_taken: of the slot's latest calls with an answer, how many there were and how many were taken. Both are halved
-- when the first reaches 32, so that what is long ago counts less.
-- control_accepted_at: start of the latest control call that was accepted. control_at: not before it is the next one made.
alter table slot
  add column failures integer not null default 0 check (failures >= 0),
  add column failed_envelope bigint,
  add column failed_at timestamptz,
  add column recent_calls smallint not null default 0 check (recent_calls >= 0),
  add column recent_taken smallint not null default 0 check (recent_taken between 0 and recent_calls),
  add column control_accepted_at timestamptz,
  add column control_at timestamptz,
  add column control_tries integer not null default 0 check (control_tries >= 0);
