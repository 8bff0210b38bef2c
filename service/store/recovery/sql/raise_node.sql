-- Ids below the mark of a node number may have been given to what is lost: nobody makes them again.
-- @number int
-- @holder text               who made them
-- @reserved_until_ms bigint
insert into node as n (number, holder, lease_until, reserved_until_ms) values (@number, @holder, lethe_now(), @reserved_until_ms)
on conflict (number) do update set reserved_until_ms = greatest(n.reserved_until_ms, excluded.reserved_until_ms)
