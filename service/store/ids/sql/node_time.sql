-- Reads the database's clock, against which ids are reserved.
-- > present time
select lethe_micros(lethe_now()) as present
