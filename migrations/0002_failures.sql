-- What it takes to part bad identifiers from a bad rule, to let slots rest, and to say who may wake a paused account.

-- Waiting for something else than time, and not to be sent by a person's decision.
alter table batch drop constraint batch_state_check;
alter table batch add constraint batch_state_check check
  (state in ('open', 'ready', 'held', 'sending', 'accepted', 'done', 'rejected', 'cancelled', 'needs_review'));
alter table batch drop constraint batch_check5;
alter table batch add constraint batch_finished_check check ((state in ('done', 'rejected', 'cancelled')) = (finished_at is not null));
alter table batch drop constraint batch_check6;
alter table batch add constraint batch_reason_check check
  (state not in ('held', 'rejected', 'cancelled', 'needs_review') or reason is not null);

-- The endpoint that an operation goes to.
create function lethe_api(operation text) returns text
  language sql immutable strict parallel safe
  as $$ select case operation when 'erasure' then 'delete' when 'demerge' then 'demerge' else 'disassociate' end $$;

-- When CleverTap first refused a call that these identifiers were in, while it has not taken them since.
alter table batch add column refused_since timestamptz;
-- Few at any time: what waits, but not for its turn.
create index batch_held on batch (account, operation) where state = 'held';
-- Those that are being sent in smaller parts, and what was rejected for it lately: few as well.
create index batch_suspect on batch (account, operation) where refused_since is not null and state in ('ready', 'sending');
create index batch_refused on batch (account, operation, finished_at) where reason = 'refused_by_vendor';

-- Calls in a row through this slot that got no proper answer, and the start of the last one that was accepted.
alter table slot add column setbacks integer not null default 0 check (setbacks >= 0);
alter table slot add column accepted_at timestamptz;

-- Who ends a block: a look at the credentials, the next batch, or only a person.
alter table account_state add column resume_by text check (resume_by in ('connect', 'batch', 'operator'));
update account_state set resume_by = 'batch' where blocked_since is not null;
alter table account_state add check ((blocked_since is null) = (resume_by is null));
