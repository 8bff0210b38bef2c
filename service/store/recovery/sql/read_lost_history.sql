-- What was found to be lost and is not settled.
-- > since time?              null: nothing
-- > remembered int           calls that those who found it remember
select lethe_micros(min(since)) as since, coalesce(sum(remembered), 0)::int as remembered
from (select min(since) as since, max(remembered) as remembered from lost_history where settled_at is null group by holder) h
