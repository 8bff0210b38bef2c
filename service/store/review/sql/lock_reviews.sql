-- As find_reviews, and locks them until the transaction ends.
-- @account text
-- @reason text_or_none
-- @operation operation?
-- @since time?
-- @until time?
-- @limit int
-- > envelope envelope
-- > lo int
-- > hi int
-- > operation operation
-- > kind kind
-- > state state
-- > reason text_or_none
-- > call_count int
-- > unknown_since time?
-- > may_have_effect bool
-- > review_since time?
-- > until time              that of the filter, or now
select b.envelope, b.lo, b.hi, b.operation, b.kind, b.state, b.reason, b.call_count, lethe_micros(b.unknown_since) as unknown_since, b.may_have_effect,
       lethe_micros(b.review_since) as review_since,
       coalesce(@until::bigint, lethe_micros(lethe_now())) as until
from batch b
where @in_review(account: @account, reason: @reason::text, operation: @operation::text, since: lethe_time(@since),
                 until: coalesce(lethe_time(@until), lethe_now()))
order by b.envelope, b.lo limit @limit::int for update of b
