-- Moves the first run of an accepted batch, or all of it, to where its read-back leads. What is done keeps the reason that an
-- operator gave it. 0 rows: the batch is not accepted any more.
-- @envelope envelope
-- @lo int
-- @hi int                           the last position that the row keeps
-- @state state                      where the run goes
-- @reason text_or_none
-- @unknown_since time?              of what is sent again
-- @second_look_in milliseconds?     null: there is none
update batch set hi = @hi, state = @state, reason = coalesce(@reason, case when @state = 'done' then reason end),
                 look_at = null, look_tries = 0, unknown_since = lethe_time(@unknown_since), may_have_effect = @state <> 'done',
                 accepted_at = case when @state = 'done' then accepted_at end,
                 window_end = case when @state = 'done' then window_end end,
                 finished_at = case when @state = 'done' then lethe_now() end,
                 second_look_at = lethe_now() + @second_look_in::bigint * interval '1 millisecond',
                 review_since = case when @state = 'needs_review' then lethe_now() end
where envelope = @envelope and lo = @lo and state = 'accepted'
returning lo
