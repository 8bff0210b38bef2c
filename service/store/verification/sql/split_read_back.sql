-- Makes a later run of an accepted batch a batch of its own; the first run keeps the row (move_read_back). What is done keeps the
-- reason that an operator gave it. 0 rows: the batch is not accepted any more.
-- @envelope envelope
-- @lo int                           of the whole batch
-- @run_lo int
-- @run_hi int
-- @state state                      where the run goes
-- @reason text_or_none
-- @unknown_since time?              of what is sent again
-- @second_look_in milliseconds?     null: there is none
insert into batch (envelope, lo, hi, account, operation, kind, state, reason, urgency, due_at, opened_at, attempt_count, call_count,
                   captured_at, unknown_since, may_have_effect, accepted_at, window_end, finished_at, second_look_at,
                   review_since)
select envelope, @run_lo, @run_hi, account, operation, kind, @state, coalesce(@reason, case when @state = 'done' then reason end), urgency, due_at, opened_at,
       attempt_count, call_count, captured_at, lethe_time(@unknown_since), @state <> 'done',
       case when @state = 'done' then accepted_at end, case when @state = 'done' then window_end end,
       case when @state = 'done' then lethe_now() end, lethe_now() + @second_look_in::bigint * interval '1 millisecond',
       case when @state = 'needs_review' then lethe_now() end
from batch where envelope = @envelope and lo = @lo and state = 'accepted'
returning lo
