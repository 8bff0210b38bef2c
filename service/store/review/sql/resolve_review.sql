-- Moves a batch that needs a review to where an operator's decision leads. What earlier calls may have done is forgotten with it, and
-- one that is sent again waits from now on (SendUntil()).
-- 0 rows: it needs none.
-- @envelope envelope
-- @lo int
-- @state state           where it goes
-- @reason text
-- @accepted_at time?
-- @window_end time?
update batch set state = @state, reason = @reason, not_before = null, unknown_since = null, refused_since = null, lone_refusals = 0, review_since = null,
                 accepted_at = lethe_time(@accepted_at), window_end = lethe_time(@window_end),
                 opened_at = case when @state = 'ready' then lethe_now() else opened_at end,
                 finished_at = case when @state = 'cancelled' then lethe_now() end
where envelope = @envelope and lo = @lo and state = 'needs_review'
returning lo
