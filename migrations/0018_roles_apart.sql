-- The role that serves owns nothing: it cannot change the schema, nor what only may be appended to. It makes the partitions of coming
-- months with this function, which runs as the owner of the tables. `lethed migrate` grants the rest: service/store/schema/rights.cc.

-- Makes one month's partition of `parent` if it is missing, for ids from `lo` up to and without `hi`, and answers whether it did.
-- CREATE .. PARTITION OF would lock out the whole parent behind any reader; ATTACH does not.
create function lethe_make_partition(parent text, month text, lo bigint, hi bigint) returns boolean
  language plpgsql security definer set lock_timeout = '2s' as $$
declare
  name text := parent || '_' || month;
begin
  if parent not in ('request', 'request_item', 'item_digest') or month !~ '^[0-9]{6}$' then
    raise exception 'no partition can be named so' using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtext('lethe.partitions'));
  if to_regclass(name) is not null then
    return false;
  end if;
  execute format('create table %I (like %I including all)', name, parent);
  execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, name, lo, hi);
  return true;
end $$;
revoke execute on function lethe_make_partition from public;

-- What a caller puts into its own temporary schema is not found first.
do $$
begin
  execute format('alter function lethe_make_partition set search_path = %I, pg_temp', current_schema());
end $$;
