-- Counts the items of the requests that were ever accepted.
-- > account text
-- > operation operation
-- > kind kind
-- > items bigint
select account, operation, kind, sum(items)::bigint as items from accepted_tally group by account, operation, kind
