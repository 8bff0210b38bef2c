-- What is unfinished of accounts that are not among these, for each that has something. `offset 0`: account by account.
-- @accounts text[]
-- > account text
-- > unfinished bigint    items, those in review included
-- > in_review bigint     items
select s.account, left_over.unfinished, left_over.in_review
from account_state s
  cross join lateral (
    select sum(b.hi - b.lo + 1) as unfinished, coalesce(sum(b.hi - b.lo + 1) filter (where b.state = 'needs_review'), 0) as in_review
    from batch b where b.account = s.account and b.state not in @final_states() offset 0) left_over
where s.account <> all(@accounts::text[]) and left_over.unfinished > 0
order by s.account
