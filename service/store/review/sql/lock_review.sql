-- Locks a batch until the transaction ends. It is read by the next statement, which sees what a rival has committed meanwhile.
-- @envelope envelope
-- @lo int
select from batch where envelope = @envelope and lo = @lo for update
