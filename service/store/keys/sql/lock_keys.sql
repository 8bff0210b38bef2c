-- One process at a time has its ring checked, so that two new ones do not admit rings that share no key.
select pg_advisory_xact_lock(hashtext('lethe.keys'))
