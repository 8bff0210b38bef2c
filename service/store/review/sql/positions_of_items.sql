-- Where items of a request are in a batch, by position.
-- @envelope envelope
-- @lo int
-- @hi int
-- @request request
-- @ordinals int[]
-- > pos int
select pos from request_item
where envelope = @envelope and pos between @lo::int and @hi::int and request_id = @request::bigint and ordinal = any(@ordinals::int[])
order by pos
