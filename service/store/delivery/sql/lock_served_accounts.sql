-- Locks those of the accounts that are not blocked until the transaction ends, and answers them. Sorted, so that two claims of several
-- accounts wait for each other instead of deadlocking. No pause begins meanwhile: free_slots tells of those that have begun.
-- @accounts text[]
-- > account text
-- > slots_of text         the account whose slots its project uses
with unpaused as materialized (select @no_pause_begins())
select a.account, coalesce(a.slots_of, a.account) as slots_of from unpaused, account_state a
where a.account = any(@accounts::text[]) and a.blocked_since is null order by a.account for no key update of a
