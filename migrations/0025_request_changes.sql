-- Callers and operators cancel, hold and release what was not sent.

alter table audit_event drop constraint audit_event_action_check;
alter table audit_event add constraint audit_event_action_check check (
  action in ('send_again', 'mark_accepted', 'cancel', 'reject', 'hold', 'release', 'resume', 'pause', 'end_pause')) not valid;
