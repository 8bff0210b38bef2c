-- What stops calls to CleverTap by a decision: an operator's, or Lethe's own where a part of its history was lost. Blocks are what CleverTap
-- stops; they stay where they are, so a pause neither ends nor hides one.

-- A row while the pause is in force, or until its end was noticed. The version before does not look here: while it runs beside this one,
-- it sends what is paused.
create table pause (
  account   text,  -- null: every account
  api       text check (api in ('delete', 'demerge', 'disassociate', 'profile')),  -- null: every API
  kind      text not null check (kind in ('operator', 'lost_history')),
  reason    text not null check (length(reason) between 1 and 1000),
  principal text not null,
  paused_at timestamptz not null,
  ends_at   timestamptz,
  check (kind = 'operator' or account is null and api is null and ends_at is null)
);
create unique index pause_by_scope on pause (coalesce(account, ''), coalesce(api, ''), kind);

-- Until when a look at the account's credentials may be under way; null: none is. A pause waits for it.
alter table account_state add column probing_until timestamptz;

-- A pause, and its end, are evidence. The constraints hold for new rows; those that are there were held to narrower ones.
alter table audit_event drop constraint audit_event_action_check;
alter table audit_event drop constraint audit_event_check;
alter table audit_event add constraint audit_event_action_check check (
  action in ('send_again', 'mark_accepted', 'cancel', 'reject', 'resume', 'pause', 'end_pause')) not valid;
alter table audit_event add constraint audit_event_check check (
  (action in ('resume', 'pause', 'end_pause')) = (envelope is null)) not valid;
