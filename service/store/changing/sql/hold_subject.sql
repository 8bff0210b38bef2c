-- Puts a person on hold, unless the person is on hold already under one of the digests: then no row. To be run under the lock of the account.
-- @account text
-- @principal text
-- @reason text
-- @digests.digest bytes     of the person, under each MAC key of the ring
-- > id bigint
with hold as (
  insert into subject_hold (account, principal, reason, held_at)
  select @account, @principal, @reason, lethe_now()
  where not exists (
    select from subject_digest s where s.account = @account and s.digest = any(@digests.digest::bytea[]))
  returning id
), digests as (
  insert into subject_digest (account, digest, hold)
  select @account, d.digest, hold.id from hold, unnest(@digests.digest::bytea[]) as d(digest)
)
select id from hold
