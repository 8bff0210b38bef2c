-- Finds the request that first had an idempotency key.
-- @principal text
-- @key_hmac bytes
-- > request_id request
-- > payload_hmac bytes
-- > create_time time
select request_id, payload_hmac, lethe_micros(create_time) as create_time
from idempotency_key where principal = @principal and key_hmac = @key_hmac
