-- Makes the slots of a project, where they are missing.
-- @slots_of text        the account whose slots the project uses
-- @slots int            of each API
insert into slot (account, api, number)
select @slots_of, api, number from unnest(array['delete', 'demerge', 'disassociate', 'profile']) as api, generate_series(1, @slots::int) as number
on conflict do nothing
