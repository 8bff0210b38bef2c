-- The items of a person that are not final, over all requests of an account.
-- @account text
-- @digests.digest bytes     as for hold_subject
-- > envelope envelope
-- > lo int                  of the batch
-- > pos int
-- > state state
-- > reason text_or_none
select distinct b.envelope, b.lo, i.pos, b.state, b.reason
from unnest(@digests.digest::bytea[]) as form(digest)
  cross join lateral (
    select o.envelope, o.pos from request_item o where o.digest = form.digest
    union all
    select o.envelope, o.pos from item_digest o where o.digest = form.digest) i
  cross join lateral (
    select b.envelope, b.lo, b.state, b.reason from batch b
    where b.envelope = i.envelope and i.pos between b.lo and b.hi and b.account = @account and b.state not in @final_states()
    offset 0) b
