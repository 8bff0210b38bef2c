-- Until when a request is to be done, whether its caller says so or not.

-- The time that counts: due_time, which its caller gave, or the end of the legal term of its account, and later where an operator has extended
-- it. Null: the version before has written the request; then due_time counts.
alter table request add column due_by timestamptz;
