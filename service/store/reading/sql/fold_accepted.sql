-- Folds the tallies of past days: the shards of a day into one, and the days of a past month into its first day. So the gauges read a few rows
-- of each month, however long the history is. Days from yesterday on stay as they are: a flush may still count there.
with today as (
  select (lethe_now() at time zone 'UTC')::date as d
), past as materialized (
  select t.account, t.operation, t.kind, t.day, t.shard,
         case when t.day < date_trunc('month', today.d) then date_trunc('month', t.day)::date else t.day end as into_day
  from accepted_tally t, today where t.day < today.d - 1
), taken as (
  delete from accepted_tally t using past p
  where t.account = p.account and t.operation = p.operation and t.kind = p.kind and t.day = p.day and t.shard = p.shard
    and (p.day, p.shard) <> (p.into_day, 0)
  returning t.account, t.operation, t.kind, p.into_day, t.items
)
insert into accepted_tally as f
select account, operation, kind, into_day, 0, sum(items) from taken group by 1, 2, 3, 4 order by 1, 2, 3, 4
on conflict (account, operation, kind, day, shard) do update set items = f.items + excluded.items
