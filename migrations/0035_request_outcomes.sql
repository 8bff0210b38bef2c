-- What became of each request, written once, when its last item became final.

-- The batches that became final since the pass last looked, written by whatever finished them. Rows live for about a second.
create table finished_batch (
  envelope bigint not null,
  lo       smallint not null,
  hi       smallint not null
);

-- A fact: derived once, never changed. What comes later, a person who came back (read_back, look 2) or a request that asks again, is a fact
-- of its own. It outlives the items.
create table request_outcome (
  request_id      bigint primary key,
  -- In the order in which outcomes became known, without gaps: one pass at a time numbers them, and what it has numbered is committed before
  -- the next number is given. Who has read up to a number has missed none.
  number          bigint not null,
  account         text not null,
  operation       text not null check (operation in ('erasure', 'demerge', 'disassociation')),
  kind            text not null check (kind in ('identity', 'guid', 'phone')),
  principal       text not null,
  outcome         text not null check (outcome in ('complete', 'in_part', 'denied', 'cancelled')),
  create_time     timestamptz not null,
  received_at     timestamptz not null,  -- when the person asked the company, as far as Lethe was told; else create_time
  due_time        timestamptz,           -- as it was when the request became final
  finished_at     timestamptz not null,  -- when its last item became final
  item_count      integer not null,
  done_count      integer not null,
  rejected_count  integer not null,
  cancelled_count integer not null,
  check (item_count = done_count + rejected_count + cancelled_count)
);
create unique index request_outcome_by_number on request_outcome (number);
create index request_outcome_by_time on request_outcome (account, finished_at);
create index request_outcome_by_outcome on request_outcome (account, outcome, request_id);

-- Which requests of before have yet to be looked at: those with next_id <= id <= last_id. Without a row: none.
create table outcome_backfill (
  one     boolean primary key default true check (one),
  next_id bigint not null,
  last_id bigint not null
);

-- Each role that may insert batches finishes batches too, and then the trigger below inserts here. `lethed migrate` grants this right to the
-- serving role only after all migrations; a replica of the version before, which runs meanwhile, needs it now.
do $$
declare
  grantee text;
begin
  for grantee in
    select r.rolname from pg_class c cross join lateral aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
    where c.oid = 'batch'::regclass and a.privilege_type = 'INSERT' and a.grantee <> c.relowner
  loop
    execute format('grant insert on finished_batch to %I', grantee);
  end loop;
end $$;

-- From here on no batch becomes final without a row; those that did before are looked at by their requests.
lock table batch in share row exclusive mode;

create or replace function lethe_tally_finished() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if exists (select from after where finished_at is not null) then
      with noted as (
        insert into finished_batch select envelope, lo, hi from after where finished_at is not null
      )
      insert into finished_tally as t
      select account, operation, kind, state, (finished_at at time zone 'UTC')::date, pg_backend_pid() % 8, sum(hi - lo + 1)
      from after where finished_at is not null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
      on conflict (account, operation, kind, state, day, shard) do update set items = t.items + excluded.items;
    end if;
  elsif exists (select from after where finished_at is not null) then
    with finished as materialized (
      select a.* from after a join before b on b.envelope = a.envelope and b.lo = a.lo
      where a.finished_at is not null and b.finished_at is null
    ), noted as (
      insert into finished_batch select envelope, lo, hi from finished
    )
    insert into finished_tally as t
    select account, operation, kind, state, (finished_at at time zone 'UTC')::date, pg_backend_pid() % 8, sum(hi - lo + 1)
    from finished group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict (account, operation, kind, state, day, shard) do update set items = t.items + excluded.items;
  end if;
  return null;
end $$;

insert into outcome_backfill (next_id, last_id) select 0, max(id) from request having max(id) is not null;
