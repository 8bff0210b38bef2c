-- Locks the account until the transaction ends, so that no two claims of an account search for each other's batches at once. No row: the
-- account is not known.
-- @account text
-- > blocked bool
-- > batch_probe_due bool
-- > slots_of text       the account whose slots its project uses
select blocked_since is not null as blocked, coalesce(resume_by = 'batch' and probe_at <= lethe_now(), false) as batch_probe_due,
       coalesce(slots_of, account) as slots_of
from account_state where account = @account for no key update
