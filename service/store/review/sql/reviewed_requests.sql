-- The requests that have items in the batch.
-- @envelope envelope
-- @lo int
-- @hi int
-- > request_id request
select distinct request_id from request_item where envelope = @envelope and pos between @lo::int and @hi::int order by request_id
