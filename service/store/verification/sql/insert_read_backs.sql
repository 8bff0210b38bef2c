-- Keeps what a look has found. These are facts: what is there already stays as it is.
-- @envelope envelope
-- @items.pos int
-- @items.result read_back
-- @call_number int      the call that the look is about
-- @look int             1: the read-back; 2: the second look
insert into read_back (envelope, pos, call_number, look, result, looked_at)
select @envelope, pos, @call_number, @look, result, lethe_now() from unnest(@items.pos::smallint[], @items.result::text[]) as r(pos, result)
on conflict do nothing
