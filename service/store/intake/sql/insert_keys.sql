-- Inserts idempotency keys that are new, but for requests whose other form (@others) is known, and answers which it inserted. Sorted, so
-- that two processes with the same keys wait for each other instead of deadlocking; of equal keys the first one's is inserted.
-- @keys.request int             the request's place in the flush
-- @keys.principal text
-- @keys.key_hmac bytes
-- @keys.request_id request
-- @keys.payload_hmac bytes
-- @others.request int
-- @others.principal text
-- @others.key_hmac bytes
-- @now time
-- > principal text
-- > key_hmac bytes
-- > request_id request
insert into idempotency_key (principal, key_hmac, request_id, payload_hmac, create_time)
select principal, key_hmac, request_id, payload_hmac, (select lethe_time(@now))
from unnest(@keys.request::int[], @keys.principal::text[], @keys.key_hmac::bytea[], @keys.request_id::bigint[],
            @keys.payload_hmac::bytea[]) as k(request, principal, key_hmac, request_id, payload_hmac)
where request <> all (array(
  select o.request from unnest(@others.request::int[], @others.principal::text[], @others.key_hmac::bytea[]) as o(request, principal, key_hmac)
    join idempotency_key using (principal, key_hmac)))
order by principal, key_hmac, request
on conflict do nothing
returning principal, key_hmac, request_id
