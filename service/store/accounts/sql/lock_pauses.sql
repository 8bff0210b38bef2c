-- Waits for the claims that are being made, and keeps out others until the transaction ends. Those that come later see what it has written.
select pg_advisory_xact_lock(hashtext('lethe.pause'))
