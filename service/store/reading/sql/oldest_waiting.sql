-- Reads how long ago the oldest envelope that waits to be sent was opened, for each account and operation that has one. Never below zero,
-- also where the database's clock went back since.
-- > account text
-- > operation operation
-- > oldest_age milliseconds
select account, operation, greatest(0, extract(epoch from lethe_now() - min(opened_at)) * 1000)::bigint as oldest_age
from batch where state in ('open', 'ready') group by account, operation
