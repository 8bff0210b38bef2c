-- All that was found to be lost and is not settled.
-- > calls bigint
-- > since time               of the earliest that is lost
-- > since_words text         the same for people
select calls, lethe_micros(since) as since, to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since_words
from (select count(*) as calls from lost_attempt where settled_at is null) a,
     (select coalesce(min(since), lethe_now()) as since from lost_history where settled_at is null) h
