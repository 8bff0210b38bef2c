-- How far ids are reserved for a node number that a process held, and whether another one has it although the lease cannot have run out. No
-- row: no process has ever held the number.
-- @number int
-- @holder text               the process that held it
-- @renewed_at time           when it did last
-- > reserved_until_ms bigint
-- > taken bool
select reserved_until_ms,
       holder <> @holder and lethe_now() >= lethe_time(@renewed_at) and lethe_now() < lethe_time(@renewed_at) + interval '1 minute' as taken
from node where number = @number
