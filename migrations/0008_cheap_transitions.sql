-- What every change of a batch's state pays for, made cheap.

-- Adding an interval depends on the session's time zone, as far as PostgreSQL knows: a function that claims more than its body is never
-- put in place of its call, and starting one costs more than the rest of a small update.
alter function lethe_time(bigint) stable;
alter function lethe_micros(timestamptz) stable;

-- Most changes finish nothing, and a trigger for each statement that looks whether one did costs them as much as the change itself.
drop trigger batch_tally_inserted on batch;
drop trigger batch_tally_updated on batch;
create or replace function lethe_tally_finished() returns trigger language plpgsql as $$
begin
  insert into finished_tally as t
  values (new.account, new.operation, new.kind, new.state, (new.finished_at at time zone 'UTC')::date, pg_backend_pid() % 8,
          new.hi - new.lo + 1)
  on conflict (account, operation, kind, state, day, shard) do update set items = t.items + excluded.items;
  return null;
end $$;
create trigger batch_tally_inserted after insert on batch
  for each row when (new.finished_at is not null) execute function lethe_tally_finished();
create trigger batch_tally_updated after update on batch
  for each row when (new.finished_at is not null and old.finished_at is null) execute function lethe_tally_finished();
