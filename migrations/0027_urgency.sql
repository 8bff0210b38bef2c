-- The order of sending: by class of due time, then by due time, both as they were when the envelope was opened.

-- 0 urgent, 1 soon, 2 usual. What the version before opens or splits is usual, and goes before all of its class.
alter table batch add column urgency smallint not null default 2;
alter table batch add column due_at timestamptz not null default '-infinity';
alter table batch add constraint batch_urgency_check check (urgency between 0 and 2) not valid;
