-- Ends a session that this process has given up, if it still waits for a standby: the server would let it wait until one comes, and each
-- further try would add another.
-- @pid int
-- > ended bool
select pg_terminate_backend(pid) as ended from pg_stat_activity
where pid = @pid and usename = current_user and application_name = current_setting('application_name') and wait_event = 'SyncRep'
