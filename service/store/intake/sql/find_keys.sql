-- Finds idempotency keys, and of each the request that has it.
-- @keys.request int             the place in the flush of the request that asks
-- @keys.principal text
-- @keys.key_hmac bytes
-- > request int
-- > original request
-- > payload_hmac bytes
-- > create_time time
-- > account text?               the original's, as all that follows; null: its request is not written yet, or is gone
-- > operation operation?
-- > kind kind?
-- > submit_time time?
-- > due_time time?
select k.request, i.request_id as original, i.payload_hmac, lethe_micros(i.create_time) as create_time,
       r.account, r.operation, r.kind, lethe_micros(r.submit_time) as submit_time, lethe_micros(r.due_time) as due_time
from unnest(@keys.request::int[], @keys.principal::text[], @keys.key_hmac::bytea[]) as k(request, principal, key_hmac)
  join idempotency_key i using (principal, key_hmac)
  left join lateral (
    select r.account, r.operation, r.kind, r.submit_time, r.due_time from request r where r.id = i.request_id offset 0) r on true
