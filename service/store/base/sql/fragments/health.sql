-- What the slots of a route show: the latest call that was accepted, how many envelopes in a row had none since, and when CleverTap latest
-- took an identifier that it had refused alone.
-- @slots_of: the account whose slots the route's project uses
-- @api: the API
(select max(s.last_accepted_at) as accepted_at,
        max(s.hiccup_at) as hiccup_at,
        coalesce(sum(s.failures) filter (where s.failed_at > coalesce(s.last_accepted_at, '-infinity')), 0)::int as failing
 from (select failures, failed_at, hiccup_at, max(greatest(accepted_at, control_accepted_at)) over () as last_accepted_at from slot
       where account = @slots_of and api = @api) s)
