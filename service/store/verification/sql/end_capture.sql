-- Everything of the batch is captured that has to be: it may be sent. 0 rows: it was sent or cancelled meanwhile, or has split, and
-- then the batch of this name is another one.
-- @envelope envelope
-- @lo int
-- @hi int
update batch set captured_at = lethe_now(), look_at = null, look_tries = 0
where envelope = @envelope and lo = @lo and hi = @hi and state = 'ready' and captured_at is null
returning lo
