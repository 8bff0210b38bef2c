-- Takes back keys that this transaction has inserted.
-- @keys.principal text
-- @keys.key_hmac bytes
delete from idempotency_key i
using unnest(@keys.principal::text[], @keys.key_hmac::bytea[]) as k(principal, key_hmac)
where i.principal = k.principal and i.key_hmac = k.key_hmac
