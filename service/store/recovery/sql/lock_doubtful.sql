-- Locks the batches that wait and may hold what a lost call was about, so that they neither grow nor move until the transaction ends.
-- > envelope envelope
-- > lo int
with found as materialized (
  select distinct b.envelope, b.lo
  from (@lost_places()) p
    cross join lateral (
      select w.envelope, w.lo, w.account, w.operation, w.state from batch w
      where w.envelope = p.envelope and w.lo <= p.hi and w.hi >= p.lo offset 0) b
  where b.account = p.account and b.operation = p.operation and b.state in ('open', 'ready', 'held')
)
select b.envelope, b.lo from found f join batch b using (envelope, lo)
order by b.envelope, b.lo for no key update of b
