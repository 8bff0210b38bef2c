-- Binds an account to its project, unless it is bound already, and answers what it is bound to. To be run after lock_projects.
-- @account text
-- @host text            with the next: the project
-- @project text
-- @time_zone text
-- > host text
-- > project text
-- > slots_of text       the account whose slots the project uses
insert into account_state as a (account, project_host, project_id, slots_of, time_zone)
values (@account, @host, @project,
        coalesce((select p.slots_of from account_state p where p.project_host = @host and p.project_id = @project limit 1), @account),
        @time_zone)
on conflict (account) do update set project_host = coalesce(a.project_host, excluded.project_host),
                                    project_id = coalesce(a.project_id, excluded.project_id),
                                    slots_of = coalesce(a.slots_of, excluded.slots_of),
                                    time_zone = excluded.time_zone
returning project_host as host, project_id as project, slots_of
