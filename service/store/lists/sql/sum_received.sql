-- Counts the requests that were kept in a time, by account, operation and period.
-- @scopes.account text
-- @scopes.operations text     with commas
-- @from time
-- @until time
-- @first request              no request of the time has a lower id
-- @last request               nor a higher one
-- @unit text                  day, month or year; whole: one period
-- @time_zone text
-- > account text
-- > operation operation
-- > period time
-- > requests bigint
select r.account, r.operation, lethe_micros(p.period) as period, count(*) as requests
from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
  cross join lateral (
    select r.account, r.operation, r.create_time from request r
    where r.account = s.account and r.id between @first and @last and r.create_time >= lethe_time(@from) and r.create_time < lethe_time(@until)
      and r.operation = any(string_to_array(s.operations, ','))
    offset 0) r
  cross join lateral (
    select case when @unit::text = 'whole' then lethe_time(@from)
                else greatest(lethe_time(@from), date_trunc(coalesce(nullif(@unit::text, 'whole'), 'day'), r.create_time at time zone @time_zone::text)
                                                 at time zone @time_zone::text) end as period) p
group by r.account, r.operation, p.period
