-- Writes down whom lost calls were about.
-- @calls.attempt bigint      as note_lost_attempts has answered it
-- @calls.digests bytes       20 bytes for each identifier
insert into lost_digest (digest, attempt)
select substr(c.digests, 1 + 20 * n, 20), c.attempt
from unnest(@calls.attempt::bigint[], @calls.digests::bytea[]) as c(attempt, digests)
  cross join lateral generate_series(0, length(c.digests) / 20 - 1) n
on conflict do nothing
