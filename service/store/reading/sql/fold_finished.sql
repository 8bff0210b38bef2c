-- Folds the tallies of past days, as fold_accepted does.
with today as (
  select (lethe_now() at time zone 'UTC')::date as d
), past as materialized (
  select t.account, t.operation, t.kind, t.state, t.day, t.shard,
         case when t.day < date_trunc('month', today.d) then date_trunc('month', t.day)::date else t.day end as into_day
  from finished_tally t, today where t.day < today.d - 1
), taken as (
  delete from finished_tally t using past p
  where t.account = p.account and t.operation = p.operation and t.kind = p.kind and t.state = p.state and t.day = p.day and t.shard = p.shard
    and (p.day, p.shard) <> (p.into_day, 0)
  returning t.account, t.operation, t.kind, t.state, p.into_day, t.items
)
insert into finished_tally as f
select account, operation, kind, state, into_day, 0, sum(items) from taken group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
on conflict (account, operation, kind, state, day, shard) do update set items = f.items + excluded.items
