-- concurrently
-- Losses are deleted a year after an operator has settled them: found by when that was, and digests by their call.
create index concurrently if not exists lost_history_settled on lost_history (settled_at) where settled_at is not null;
create index concurrently if not exists lost_attempt_settled on lost_attempt (settled_at) where settled_at is not null;
create index concurrently if not exists lost_digest_of_attempt on lost_digest (attempt);
