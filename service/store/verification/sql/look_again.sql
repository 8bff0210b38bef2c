-- The batch is due for another look, at what is left. 0 rows: it is in another state by now.
-- @envelope envelope
-- @lo int
-- @state state                in which the batch is looked up
-- @again_in milliseconds
-- @trouble bool               as LookResult::trouble
update batch set look_at = lethe_now() + @again_in::bigint * interval '1 millisecond',
                 look_tries = case when @trouble::bool then look_tries + 1 else 0 end
where envelope = @envelope and lo = @lo and state = @state
returning lo
