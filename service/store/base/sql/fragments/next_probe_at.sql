-- When the next probe of a blocked account is due: after 10 s, 20 s, 40 s .. 10 min.
lethe_now() + least(600, 10 * 2 ^ least(probe_count, 10)) * interval '1 second'
