-- Counts the slots of each account and API that a call holds. A lease without a batch that ran out holds its slot no longer.
-- > account text
-- > api api
-- > in_use bigint
select account, api, count(holder) filter (where envelope is not null or lease_until > lethe_now()) as in_use from slot group by account, api
