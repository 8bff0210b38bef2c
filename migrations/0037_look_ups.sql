-- Who looks a person up leaves evidence of it.

alter table audit_event drop constraint audit_event_action_check;
alter table audit_event drop constraint audit_event_check;
alter table audit_event add constraint audit_event_action_check check (
  action in ('send_again', 'mark_accepted', 'cancel', 'reject', 'hold', 'release', 'resume', 'pause', 'end_pause', 'look_up')) not valid;
alter table audit_event add constraint audit_event_check check (
  (action in ('resume', 'pause', 'end_pause', 'look_up')) = (envelope is null)) not valid;
