-- concurrently
-- What was rejected, newest first. What is held or needs review is found by batch_held and batch_review.
create index concurrently if not exists batch_rejected on batch (account, envelope desc, lo) where state = 'rejected';
-- The requests of an account with an outcome, newest first. By the negative id: by the id itself, PostgreSQL takes the primary key for the
-- order, and reads past every other outcome and account.
create index concurrently if not exists request_outcome_newest on request_outcome (account, outcome, (-request_id));
drop index concurrently if exists request_outcome_by_outcome;
