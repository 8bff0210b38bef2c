-- What those of the accounts that are bound to a project are bound to.
-- @accounts text[]
-- > account text
-- > host text
-- > project text
select account, project_host as host, project_id as project from account_state
where account = any(@accounts::text[]) and project_host is not null
