-- What keeps reading and sending as fast after years as on the first day.

-- The items of demerges and disassociations by digest, in one index over all months: whether an identity is still its profile's name
-- would else be asked of every month's partition. Written with the items, whoever writes them.
create table unlinking_item (
  digest     bytea not null,
  request_id bigint not null,
  envelope   bigint not null,
  pos        smallint not null,
  primary key (digest, request_id, envelope, pos)
);

create function lethe_note_unlinking_items() returns trigger language plpgsql as $$
begin
  insert into unlinking_item (digest, request_id, envelope, pos)
  select a.digest, a.request_id, a.envelope, a.pos
  from (select distinct envelope from added) e
    cross join lateral (
      select from batch b where b.envelope = e.envelope and b.lo = 0 and b.operation in ('demerge', 'disassociation') offset 0) b
    join added a on a.envelope = e.envelope;
  return null;
end $$;
create trigger request_item_unlinks after insert on request_item
  referencing new table as added for each statement execute function lethe_note_unlinking_items();

insert into unlinking_item (digest, request_id, envelope, pos)
select i.digest, i.request_id, i.envelope, i.pos from batch b join request_item i on i.envelope = b.envelope
where b.lo = 0 and b.operation in ('demerge', 'disassociation');

-- Nobody reads it: reviews have an index of their own.
drop index batch_exception;
