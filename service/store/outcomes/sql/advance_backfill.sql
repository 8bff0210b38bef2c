-- Notes that the requests of before were looked at up to and with this one.
-- @last request
update outcome_backfill set next_id = @last::bigint + 1
