-- The second look is over; the batch stays done. 0 rows: it was over already.
-- @envelope envelope
-- @lo int
update batch set second_look_at = null, look_at = null, look_tries = 0
where envelope = @envelope and lo = @lo and state = 'done' and second_look_at is not null
returning lo
