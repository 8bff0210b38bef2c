-- The account's batches that need a review, the oldest envelope first: those behind the last of the page before.
-- @account text
-- @after_envelope envelope
-- @after_lo int
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
-- > vendor_code text_or_none
select envelope, lo, hi, operation, kind, state, reason, call_count, lethe_micros(unknown_since) as unknown_since, may_have_effect,
       lethe_micros(review_since) as review_since, @latest_vendor_code() as vendor_code
from batch b
where account = @account and state = 'needs_review' and (envelope, lo) > (@after_envelope::bigint, @after_lo::smallint)
order by envelope, lo limit @limit::int
