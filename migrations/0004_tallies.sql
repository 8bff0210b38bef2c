-- Two counts of the same items, kept apart so that they can be compared: what was accepted, counted where requests come in, and
-- what is final, counted where batches end. With the batches that are under way they must add up, however long the history is,
-- and nobody has to scan it.

-- Sharded, so that replicas rarely wait for each other's row.
create table accepted_tally (
  account   text not null,
  operation text not null,
  kind      text not null,
  day       date not null,
  shard     smallint not null,
  items     bigint not null,
  primary key (account, operation, kind, day, shard)
) with (fillfactor = 50);

create table finished_tally (
  account   text not null,
  operation text not null,
  kind      text not null,
  state     text not null check (state in ('done', 'rejected', 'cancelled')),
  day       date not null,
  shard     smallint not null,
  items     bigint not null,
  primary key (account, operation, kind, state, day, shard)
) with (fillfactor = 50);

create function lethe_tally_accepted() returns trigger language plpgsql as $$
begin
  insert into accepted_tally as t
  select account, operation, kind, (create_time at time zone 'UTC')::date, pg_backend_pid() % 8, sum(item_count)
  from added group by 1, 2, 3, 4 order by 1, 2, 3, 4  -- sorted: two flushes wait for each other, and never in a circle
  on conflict (account, operation, kind, day, shard) do update set items = t.items + excluded.items;
  return null;
end $$;
create trigger request_tally after insert on request
  referencing new table as added for each statement execute function lethe_tally_accepted();

create function lethe_tally_finished() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if exists (select from after where finished_at is not null) then
      insert into finished_tally as t
      select account, operation, kind, state, (finished_at at time zone 'UTC')::date, pg_backend_pid() % 8, sum(hi - lo + 1)
      from after where finished_at is not null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
      on conflict (account, operation, kind, state, day, shard) do update set items = t.items + excluded.items;
    end if;
  elsif exists (select from after where finished_at is not null) then
    insert into finished_tally as t
    select a.account, a.operation, a.kind, a.state, (a.finished_at at time zone 'UTC')::date, pg_backend_pid() % 8, sum(a.hi - a.lo + 1)
    from after a join before b on b.envelope = a.envelope and b.lo = a.lo
    where a.finished_at is not null and b.finished_at is null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict (account, operation, kind, state, day, shard) do update set items = t.items + excluded.items;
  end if;
  return null;
end $$;
create trigger batch_tally_inserted after insert on batch
  referencing new table as after for each statement execute function lethe_tally_finished();
create trigger batch_tally_updated after update on batch
  referencing old table as before new table as after for each statement execute function lethe_tally_finished();

insert into accepted_tally
select account, operation, kind, (create_time at time zone 'UTC')::date, 0, sum(item_count) from request group by 1, 2, 3, 4;
insert into finished_tally
select account, operation, kind, state, (finished_at at time zone 'UTC')::date, 0, sum(hi - lo + 1) from batch
where state in ('done', 'rejected', 'cancelled') group by 1, 2, 3, 4, 5;
