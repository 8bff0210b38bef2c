-- One process at a time acquires a node number, so that two new ones do not choose the same.
select pg_advisory_xact_lock(hashtext('lethe.node'))
