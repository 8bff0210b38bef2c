-- Ends the holds of a person that are known under one of the digests, and answers them. To be run under the lock of the account.
-- @account text
-- @principal text
-- @reason text
-- @digests.digest bytes     as for hold_subject
-- > id bigint
with ended as materialized (
  select distinct hold from subject_digest s where s.account = @account and s.digest = any(@digests.digest::bytea[])
), gone as (
  delete from subject_digest s using ended where s.hold = ended.hold
)
update subject_hold h set released_at = lethe_now(), released_by = @principal, release_reason = @reason
from ended where h.id = ended.hold and h.released_at is null
returning h.id
