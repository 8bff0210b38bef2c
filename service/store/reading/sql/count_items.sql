-- Counts the items of all requests by their state. Items in a final state were counted when they got there, so that the history is not
-- read.
-- > account text
-- > operation operation
-- > kind kind
-- > state state
-- > items bigint
select account, operation, kind, state, sum(hi - lo + 1)::bigint as items from batch
where state not in ('done', 'rejected', 'cancelled') group by account, operation, kind, state
union all
select account, operation, kind, state, sum(items)::bigint from finished_tally group by account, operation, kind, state
