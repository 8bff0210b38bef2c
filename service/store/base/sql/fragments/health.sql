-- What the slots of a route show: the latest call that was accepted, and how many envelopes in a row had none since.
-- @slots_of: the account whose slots the route's project uses
-- @api: the API
(select last.accepted_at, (select coalesce(sum(s.failures), 0)::int from slot s
                           where s.account = @slots_of and s.api = @api and s.failed_at > coalesce(last.accepted_at, '-infinity'))
          as failing
 from (select max(greatest(s.accepted_at, s.control_accepted_at)) as accepted_at from slot s
       where s.account = @slots_of and s.api = @api) last)
