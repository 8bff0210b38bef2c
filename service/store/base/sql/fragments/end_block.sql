-- The columns of an account_state that is blocked no longer.
blocked_since = null, blocked_reason = null, resume_by = null, probe_at = null, probe_count = 0
