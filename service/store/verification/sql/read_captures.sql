-- What was captured of a batch's items: a row a device, or one for an item without profile or devices.
-- @envelope envelope
-- @lo int
-- @hi int
-- @until time?          only what was captured by then; null: all
-- > pos int
-- > found bool            there was a profile
-- > object_id bytes?      its CleverTap ID, sealed; null: it has no devices
-- > first_seen time?      its earliest event
select pos, found, object_id, lethe_micros(first_seen) as first_seen from prior_profile
where envelope = @envelope and pos between @lo::int and @hi::int
  and captured_at <= coalesce(lethe_time(@until), timestamptz 'infinity') order by pos, device
