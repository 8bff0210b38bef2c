-- Makes its transaction the only one that writes outcomes, until its end. No row: another one is.
-- > locked bool
select true as locked where pg_try_advisory_xact_lock(hashtext('lethe.outcomes'))
