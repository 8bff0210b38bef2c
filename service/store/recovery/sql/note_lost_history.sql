-- Writes down that something is lost.
-- @holder text               the process that found it
-- @since time
-- @complete_until time?
-- @remembered int
-- @missing int
-- @node_row bool
insert into lost_history (found_at, holder, since, complete_until, remembered, missing, node_row)
values (lethe_now(), @holder, lethe_time(@since), lethe_time(@complete_until), @remembered, @missing, @node_row)
