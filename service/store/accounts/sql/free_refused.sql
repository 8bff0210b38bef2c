-- Makes the held refusals of an account ready again whose block has ended. CleverTap may have refused them for what the block was about.
-- Not those of a route that stays blocked by itself: they are ready when that block ends.
-- @account text
update batch b set state = 'ready' where b.account = @account and b.state = 'held' and b.reason in @refusal_reasons()
  and not exists (select from route_block r where r.account = b.account and r.api = lethe_api(b.operation))
