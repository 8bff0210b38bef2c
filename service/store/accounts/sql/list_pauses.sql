-- The pauses that are in force: first those of everything.
-- > account text_or_none    none: every account
-- > api api?                null: every API
-- > kind pause_kind
-- > reason text
-- > principal text
-- > paused_at time
-- > ends_at time?
select account, api, kind, reason, principal, lethe_micros(paused_at) as paused_at, lethe_micros(ends_at) as ends_at
from pause where ends_at is null or ends_at > lethe_now()
order by account nulls first, api nulls first, kind
