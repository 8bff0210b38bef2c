-- Whether the accounts are blocked, and how many of their items are held as refused. In the order of @accounts; one that nothing is
-- known of is not blocked.
-- @accounts text[]
-- > account text
-- > blocked_since time?
-- > blocked_reason text_or_none
-- > resume_by resume?
-- > probe_at time?            null: only an operator ends the block
-- > held_refusals bigint      items
select w.account, lethe_micros(s.blocked_since) as blocked_since, s.blocked_reason, s.resume_by,
       case when s.resume_by <> 'operator' then lethe_micros(s.probe_at) end as probe_at,
       (select coalesce(sum(b.hi - b.lo + 1), 0) from batch b
        where b.account = w.account and b.state = 'held' and b.reason in @refusal_reasons()) as held_refusals
from unnest(@accounts::text[]) with ordinality as w(account, n) left join account_state s on s.account = w.account
order by w.n
