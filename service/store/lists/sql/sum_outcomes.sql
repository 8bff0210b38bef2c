-- Counts the outcomes of a time, and says how long requests took, by account, operation and period.
-- @scopes.account text
-- @scopes.operations text     with commas
-- @from time
-- @until time
-- @unit text                  as in sum_received
-- @time_zone text
-- > account text
-- > operation operation
-- > period time
-- > complete bigint
-- > in_part bigint
-- > denied bigint
-- > cancelled bigint
-- > median_days double?       of those that were not cancelled
-- > mean_days double?
-- > p95_days double?
select o.account, o.operation, lethe_micros(p.period) as period,
       count(*) filter (where o.outcome = 'complete') as complete, count(*) filter (where o.outcome = 'in_part') as in_part,
       count(*) filter (where o.outcome = 'denied') as denied, count(*) filter (where o.outcome = 'cancelled') as cancelled,
       percentile_cont(0.5) within group (order by o.days) filter (where o.outcome <> 'cancelled') as median_days,
       avg(o.days) filter (where o.outcome <> 'cancelled') as mean_days,
       percentile_cont(0.95) within group (order by o.days) filter (where o.outcome <> 'cancelled') as p95_days
from unnest(@scopes.account::text[], @scopes.operations::text[]) as s(account, operations)
  cross join lateral (
    select o.account, o.operation, o.outcome, o.finished_at, (extract(epoch from o.finished_at - o.received_at) / 86400)::float8 as days
    from request_outcome o
    where o.account = s.account and o.finished_at >= lethe_time(@from) and o.finished_at < lethe_time(@until)
      and o.operation = any(string_to_array(s.operations, ','))
    offset 0) o
  cross join lateral (
    select case when @unit::text = 'whole' then lethe_time(@from)
                else greatest(lethe_time(@from), date_trunc(coalesce(nullif(@unit::text, 'whole'), 'day'), o.finished_at at time zone @time_zone::text)
                                                 at time zone @time_zone::text) end as period) p
group by o.account, o.operation, p.period
