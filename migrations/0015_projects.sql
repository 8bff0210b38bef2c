-- Which project at CleverTap each account stands for, from the first time that it was seen on.

-- A name that is bound to a project never sends to another one: people handed in for one would be erased at the other.
alter table account_state add column project_host text;  -- lower case, see Project in include/lethe/project.h
alter table account_state add column project_id text;    -- CleverTap's account id, upper case
-- The account whose rows of `slot` the account's calls use: of all accounts of one project the first that was bound. CleverTap counts
-- calls by project, whatever its names are. Null: not bound yet, so the account's own; the version before uses the account's own always.
alter table account_state add column slots_of text;
-- The account's time zone as it was last configured: what an operator decides about an account that has left the configuration goes by it.
alter table account_state add column time_zone text;
alter table account_state add constraint account_state_project_check check (
  (project_host is null) = (project_id is null) and (project_host is null) = (slots_of is null));
create index account_state_by_project on account_state (project_host, project_id);
