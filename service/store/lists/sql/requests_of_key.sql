-- Finds the requests that were handed over with a key, whoever did. There are few principals; the table is not read.
-- @keys bytes[]               its forms
-- > id request
with recursive p(principal) as (
  (select principal from idempotency_key where principal > '' order by principal limit 1)
  union all
  select (select k.principal from idempotency_key k where k.principal > p.principal order by k.principal limit 1)
  from p where p.principal is not null
)
select k.request_id as id
from p
  cross join lateral (
    select k.request_id from idempotency_key k where k.principal = p.principal and k.key_hmac = any(@keys::bytea[])
    offset 0) k
where p.principal is not null
