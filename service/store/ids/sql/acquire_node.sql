-- Takes the lowest node number that no live process has, and reserves ids for it ahead of its earlier ones. Not one whose reservation lies
-- far in the future, because a clock was wrong: its ids would be of months that have no partitions. A lease that ends later than any that
-- begins now shows that the clock went back; to take it over is safe, because the ids start where the old holder's must end.
-- No row: all are in use.
-- @holder text          names the process
-- @now_ms bigint        in milliseconds of ids
-- @reserve_ms bigint    how far ahead
-- @latest_ms bigint     a reservation that ends later lies far in the future
-- > number int
-- > floor_ms bigint     where the ids start
-- > reserved_until_ms bigint    where they must end
with free as materialized (
  select number, reserved_until_ms from node
  where (lease_until < lethe_now() or lease_until > lethe_now() + interval '2 minutes') and reserved_until_ms <= @latest_ms
  order by number limit 1 for update
), chosen as (
  select number, greatest(reserved_until_ms, @now_ms) as floor_ms from free
  union all
  select coalesce((select max(number) + 1 from node), 0), @now_ms where not exists (select from free)
)
insert into node (number, holder, lease_until, reserved_until_ms)
select number, @holder, lethe_now() + interval '1 minute', floor_ms + @reserve_ms from chosen where number <= 1023
on conflict (number) do update set
  holder = excluded.holder, lease_until = excluded.lease_until, reserved_until_ms = excluded.reserved_until_ms
returning number, reserved_until_ms - @reserve_ms as floor_ms, reserved_until_ms
