-- Where in a batch people are on hold, in order. Under any MAC key: an item and a hold share one at least.
-- @account text
-- @envelope envelope
-- @lo int
-- @hi int
-- > pos int
select i.pos from request_item i
where i.envelope = @envelope and i.pos between @lo::int and @hi::int
  and (exists (select from subject_digest s where s.account = @account and s.digest = i.digest)
       or exists (select from item_digest d join subject_digest s on s.account = @account and s.digest = d.digest
                  where d.envelope = @envelope and d.pos = i.pos))
order by i.pos
