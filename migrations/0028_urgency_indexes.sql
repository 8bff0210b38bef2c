-- concurrently
-- Where a claim and a capture find what is due first. Those of before, batch_sendable and batch_capture, are by age: every fourth claim
-- takes the oldest, and so does the version before.
create index concurrently if not exists batch_due on batch (account, operation, urgency, due_at, envelope, lo) where state in ('open', 'ready');
create index concurrently if not exists batch_capture_due on batch (account, urgency, due_at, envelope, lo)
  where captured_at is null and operation = 'erasure' and kind = 'identity' and state in ('open', 'ready');
