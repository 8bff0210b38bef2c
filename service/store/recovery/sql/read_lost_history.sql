-- What was found to be lost and is not settled.
-- > since time?              null: nothing
-- > complete_until time?     null: nobody remembers a call that is there
-- > remembered int           calls that those who found it remember
select lethe_micros(min(since)) as since, lethe_micros(max(complete_until) filter (where complete_until < since_of_all)) as complete_until,
       coalesce(sum(remembered), 0)::int as remembered
from (select min(since) as since, max(complete_until) as complete_until, max(remembered) as remembered, min(min(since)) over () as since_of_all
      from lost_history where settled_at is null group by holder) h
