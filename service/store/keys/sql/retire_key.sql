-- Notes that no row needs a key.
-- @kind text
-- @number bigint
update key_generation set retired_at = lethe_now() where kind = @kind and number = @number
