-- Writes the items of demerges and disassociations once more, where one index over all months finds them by digest.
-- @items.digest bytes
-- @items.request_id request
-- @items.envelope envelope
-- @items.pos int
insert into unlinking_item (digest, request_id, envelope, pos)
select * from unnest(@items.digest::bytea[], @items.request_id::bigint[], @items.envelope::bigint[], @items.pos::smallint[])
