-- How who decided was recognised, as the code names it. Null: by a version that did not write it down. No row is rewritten.

alter table audit_event add column means text;
