-- The states that a batch does not leave. All others are unfinished.
('done', 'rejected', 'cancelled')
