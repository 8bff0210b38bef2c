-- Notes the keys of a ring that was admitted.
-- @keys.kind text
-- @keys.number bigint
-- @keys.fingerprint bytes
insert into key_generation as known (kind, number, fingerprint, seen_at)
select kind, number, fingerprint, lethe_now() from unnest(@keys.kind::text[], @keys.number::bigint[], @keys.fingerprint::bytea[])
  as k(kind, number, fingerprint)
on conflict (kind, number) do update set fingerprint = excluded.fingerprint, retired_at = null
where known.fingerprint is null or known.retired_at is not null
