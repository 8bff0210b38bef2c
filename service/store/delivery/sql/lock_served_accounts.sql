-- Locks those of the accounts that are not blocked until the transaction ends, and answers them. Sorted, so that two claims of several
-- accounts wait for each other instead of deadlocking.
-- @accounts text[]
-- > account text
-- > slots_of text         the account whose slots its project uses
select account, coalesce(slots_of, account) as slots_of from account_state where account = any(@accounts::text[]) and blocked_since is null order by account for no key update
