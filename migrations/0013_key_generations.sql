-- What lets keys rotate while replicas serve.

-- The keys that Lethe has worked with. A fingerprint tells one key from another and nothing else; null: rows with this number were here
-- before fingerprints, and the first ring that has it says which key it is.
create table key_generation (
  kind        text not null check (kind in ('seal', 'mac')),
  number      bigint not null check (number between 1 and 4294967295),
  fingerprint bytea,
  seen_at     timestamptz not null,
  -- Since when a ring may lack it, because no row needs it any more; null: rows need it, or Lethe has not looked yet.
  retired_at  timestamptz,
  primary key (kind, number)
);

-- The number that sealed bytes and MACs begin with.
create function lethe_key_number(bytes bytea) returns bigint
  language sql immutable strict parallel safe
  as $$ select get_byte(bytes, 0)::bigint << 24 | get_byte(bytes, 1) << 16 | get_byte(bytes, 2) << 8 | get_byte(bytes, 3) $$;

-- The digests of items under the other MAC keys of the ring that they were written with; request_item.digest is under the oldest.
create table item_digest (
  envelope   bigint not null,
  pos        smallint not null,
  digest     bytea not null,
  request_id bigint not null,
  primary key (envelope, pos, digest)
) partition by range (envelope);
create index item_digest_by_digest on item_digest (digest);

-- MAC keys of before: one look at the index of digests for each. Seal keys of before: those that something unfinished needs.
insert into key_generation (kind, number, seen_at)
with recursive found(number) as (
  select (select lethe_key_number(digest) from request_item order by digest limit 1)
  union all
  select (select lethe_key_number(i.digest) from request_item i
          where i.digest >= decode(lpad(to_hex(found.number + 1), 8, '0'), 'hex') order by i.digest limit 1)
  from found where found.number < 4294967295
)
select 'mac', number, lethe_now() from found where number is not null
union all
select distinct 'seal', lethe_key_number(i.sealed), lethe_now()
from batch b join request_item i on i.envelope = b.envelope and i.pos between b.lo and b.hi
where b.state not in ('done', 'rejected', 'cancelled') or b.second_look_at is not null;
