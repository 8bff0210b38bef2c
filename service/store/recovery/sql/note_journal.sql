-- Writes down which journal of calls is at a place, and answers which was there before.
-- @place text
-- @id text
-- > before text_or_none     none: nobody has told of one at this place
with known as materialized (
  select id from call_journal where place = @place
), written as (
  insert into call_journal as j (place, id, seen_at) values (@place, @id, lethe_now())
  on conflict (place) do update set id = excluded.id, seen_at = excluded.seen_at
)
select (select id from known) as before
