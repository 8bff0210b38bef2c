-- Makes the rows of an account and of its slots, where they are missing.
-- @account text
-- @slots int            of each API
with state as (insert into account_state (account) values (@account) on conflict do nothing)
insert into slot (account, api, number)
select @account, api, number from unnest(array['delete', 'demerge', 'disassociate', 'profile']) as api, generate_series(1, @slots::int) as number
on conflict do nothing
