-- What every change of a batch's state pays for, made cheap.

-- Adding an interval depends on the session's time zone, as far as PostgreSQL knows: a function that claims more than its body is never
-- put in place of its call, and starting one costs more than the rest of a small update.
alter function lethe_time(bigint) stable;
alter function lethe_micros(timestamptz) stable;
