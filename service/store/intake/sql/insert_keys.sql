-- Inserts the idempotency keys that are new, and answers whose they are. Sorted, so that two processes with the same keys wait for each
-- other instead of deadlocking.
-- @keys.principal text
-- @keys.key_hmac bytes
-- @keys.request_id request
-- @keys.payload_hmac bytes
-- @now time
-- > request_id request
insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time)
select principal, key_hmac, request_id, payload_hmac, (select lethe_time(@now))
from unnest(@keys.principal::text[], @keys.key_hmac::bytea[], @keys.request_id::bigint[], @keys.payload_hmac::bytea[])
  as k(principal, key_hmac, request_id, payload_hmac)
order by principal, key_hmac
on conflict do nothing
returning request_id
