-- Puts a batch aside that was taken and cannot be read. Its attempt counts for nothing.
-- @envelope envelope
-- @lo int
-- @state state
-- @reason text
-- @pause milliseconds?       until it may be taken again
update batch set state = @state, reason = @reason, not_before = lethe_now() + @pause::bigint * interval '1 millisecond',
                 attempt_count = attempt_count - 1, review_since = case when @state = 'needs_review' then lethe_now() end
where envelope = @envelope and lo = @lo and state = 'sending'
