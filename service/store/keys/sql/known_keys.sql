-- The keys that Lethe has worked with.
-- > kind text
-- > number bigint
-- > fingerprint bytes?
-- > retired bool
select kind, number, fingerprint, retired_at is not null as retired from key_generation
