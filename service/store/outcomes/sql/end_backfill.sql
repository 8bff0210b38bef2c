-- Notes that all requests of before were looked at.
delete from outcome_backfill
