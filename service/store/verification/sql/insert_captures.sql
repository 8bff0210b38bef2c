-- Keeps what a capture has found: a row a device, or one for an item without profile or devices.
-- @envelope envelope
-- @devices.pos int              of the item
-- @devices.device int           counts the devices of the item, from 0
-- @devices.found bool           there was a profile
-- @devices.object_id bytes?     its CleverTap ID, sealed
-- @devices.first_seen time?     the profile's earliest event
insert into prior_profile (envelope, pos, device, found, object_id, first_seen, captured_at)
select @envelope, pos, device, found, object_id, lethe_time(first_seen), lethe_now()
from unnest(@devices.pos::smallint[], @devices.device::smallint[], @devices.found::bool[], @devices.object_id::bytea[], @devices.first_seen::bigint[])
  as p(pos, device, found, object_id, first_seen)
on conflict do nothing
