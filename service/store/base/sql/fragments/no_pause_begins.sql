-- Until the transaction ends, no pause begins: one that wants to waits for the transaction. Claims share it, and wait for nothing but a pause
-- that is being written.
pg_advisory_xact_lock_shared(hashtext('lethe.pause'))
