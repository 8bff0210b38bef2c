-- One batch of the account, in whatever state it is: the caller tells one that needs no review from one that does not exist.
-- @account text
-- @envelope envelope
-- @lo int
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
from batch b where envelope = @envelope and lo = @lo and account = @account
