-- Writes some bytes to the write-ahead log, so that the commit of its transaction proves what a commit proves: the database takes writes, and
-- a synchronous standby, if there is one, has all that was committed before. A transaction without such bytes would not wait for the standby.
-- > read_only bool                the database takes no writes: nothing was written
-- > synchronous_standby bool      commits wait for a standby
select case when current_setting('transaction_read_only')::boolean then true
            else pg_logical_emit_message(true, 'lethe', '') is null end as read_only,
       current_setting('synchronous_standby_names') <> '' as synchronous_standby
