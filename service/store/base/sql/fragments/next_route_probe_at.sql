-- When the next probe of a blocked route is due: after 1 s, 2 s, 4 s .. 10 min. What a firewall or a path answers once by mistake costs a
-- second.
-- @count: probes so far
lethe_now() + least(600, 2 ^ least(@count, 10)) * interval '1 second'
