-- Keeps the node number, and reserves more ids for it. No row: the lease ran out and another process has the number, or its reservation
-- lies far in the future.
-- @number int
-- @holder text
-- @now_ms bigint        in milliseconds of ids
-- @reserve_ms bigint    how far ahead
-- @latest_ms bigint     as for acquire_node
-- > reserved_until_ms bigint
update node set lease_until = lethe_now() + interval '1 minute', reserved_until_ms = greatest(reserved_until_ms, @now_ms) + @reserve_ms
where number = @number and holder = @holder and reserved_until_ms <= @latest_ms
returning reserved_until_ms
