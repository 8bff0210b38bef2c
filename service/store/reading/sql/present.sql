-- Reads the database's clock, by which all replicas decide and the gauges of one snapshot are taken.
-- > present time
select lethe_micros(lethe_now()) as present
