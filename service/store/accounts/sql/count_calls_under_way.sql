-- How many calls of a scope may be under way: leased slots, and looks at credentials, whose lease has not run out.
-- @account text_or_none     none: every account. Its project's slots count, whichever of its names has leased them
-- @api api?                 null: every API, and the looks at credentials
-- > calls bigint
select (select count(*) from slot s
        where s.holder is not null and s.lease_until > lethe_now() and (@api::text is null or s.api = @api)
          and (@account::text is null
               or s.account = (select coalesce(a.slots_of, a.account) from account_state a where a.account = @account)))
       + (select count(*) from account_state a
          where a.probing_until > lethe_now() and @api::text is null and (@account::text is null or a.account = @account)) as calls
