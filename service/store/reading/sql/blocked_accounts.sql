-- Lists the accounts that are blocked.
-- > account text
select account from account_state where blocked_since is not null
