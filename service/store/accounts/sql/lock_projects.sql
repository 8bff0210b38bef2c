-- Until the transaction ends, no other process binds accounts: two new accounts of one project must not both be its first.
select pg_advisory_xact_lock(hashtext('lethe.project'))
