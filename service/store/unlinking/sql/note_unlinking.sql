-- Notes that the accounts have requests that unlink identities. It writes once in the life of an account and only reads later. Rows are
-- locked in the order of their accounts, so that two transactions wait for each other instead of deadlocking.
-- @accounts text[]
insert into account_state (account, unlinks_since)
select n.account, lethe_now() from unnest(@accounts::text[]) as n(account)
where not exists (select from account_state a where a.account = n.account and a.unlinks_since is not null)
order by n.account
on conflict (account) do update set unlinks_since = coalesce(account_state.unlinks_since, excluded.unlinks_since)
