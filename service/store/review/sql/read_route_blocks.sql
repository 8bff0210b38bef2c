-- The blocked routes of the accounts, and how many of their items are held as refused.
-- @accounts text[]
-- > account text
-- > api api
-- > blocked_since time
-- > blocked_reason text
-- > resume_by resume
-- > probe_at time?            null: only an operator ends the block
-- > held_refusals bigint      items
select r.account, r.api, lethe_micros(r.blocked_since) as blocked_since, r.blocked_reason, r.resume_by,
       case when r.resume_by <> 'operator' then lethe_micros(r.probe_at) end as probe_at,
       (select coalesce(sum(b.hi - b.lo + 1), 0) from batch b
        where b.account = r.account and lethe_api(b.operation) = r.api and b.state = 'held' and b.reason in @refusal_reasons()) as held_refusals
from route_block r where r.account = any(@accounts::text[])
order by r.account, r.api
