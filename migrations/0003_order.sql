-- What it takes to keep the order of operations on one identifier.

-- The batch of another operation that a held one waits for, as it was when that was found out. That batch may have split since.
alter table batch add column blocked_by_envelope bigint;
alter table batch add column blocked_by_lo smallint;
alter table batch add column blocked_by_hi smallint;
alter table batch add constraint batch_blocked_by_check check (
  (blocked_by_envelope is null) = (blocked_by_lo is null) and (blocked_by_lo is null) = (blocked_by_hi is null)
  and (blocked_by_envelope is not null or state <> 'held' or reason <> 'earlier_operation'));

-- Since when the account's requests take identities off profiles (demerge, disassociation); null: never, so no erasure meets one.
alter table account_state add column unlinks_since timestamptz;
update account_state a set unlinks_since = lethe_now()
where exists (select from batch b where b.account = a.account and b.operation in ('demerge', 'disassociation'));

-- Who is under way: where a claim looks for operations that go first.
create index batch_unfinished on batch (account, operation, envelope) where state not in ('done', 'rejected', 'cancelled');
