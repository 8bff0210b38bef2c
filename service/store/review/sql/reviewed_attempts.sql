-- The calls that carried the whole batch: its own, and those of the batches that it has split from.
-- @envelope envelope
-- @lo int
-- @hi int
-- > call_number int
-- > started_at time
-- > finished_at time?
-- > outcome outcome?
-- > http_status int?
-- > code text_or_none
-- > abandoned bool
select number as call_number, lethe_micros(started_at) as started_at, lethe_micros(finished_at) as finished_at,
       outcome_class as outcome, http_status, vendor_code as code, abandoned_at is not null as abandoned
from attempt where envelope = @envelope and lo <= @lo::int and hi >= @hi::int order by number
