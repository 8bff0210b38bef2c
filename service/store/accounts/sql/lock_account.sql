-- Locks the account until the transaction ends, so that no two claims of an account search for each other's batches at once. No pause begins
-- meanwhile: free_slots tells of those that have begun. No row: the account is not known.
-- @account text
-- > blocked bool
-- > batch_probe_due bool
-- > slots_of text       the account whose slots its project uses
with unpaused as materialized (select @no_pause_begins())
select a.blocked_since is not null as blocked, coalesce(a.resume_by = 'batch' and a.probe_at <= lethe_now(), false) as batch_probe_due,
       coalesce(a.slots_of, a.account) as slots_of
from unpaused, account_state a where a.account = @account for no key update of a
