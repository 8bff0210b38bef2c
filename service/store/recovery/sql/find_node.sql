-- How far ids are reserved for a node number. No row: nobody has ever had it.
-- @number int
-- > reserved_until_ms bigint
select reserved_until_ms from node where number = @number
