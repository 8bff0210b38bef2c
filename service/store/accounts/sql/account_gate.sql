-- Whether the account is blocked, and whether its next batch is due as the probe. No row: the account is not known.
-- @account text
-- > blocked bool
-- > batch_probe_due bool
select blocked_since is not null as blocked, coalesce(resume_by = 'batch' and probe_at <= lethe_now(), false) as batch_probe_due
from account_state where account = @account
