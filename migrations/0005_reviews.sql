-- What operators look at and decide, and the evidence of it.

-- When the batch was set aside for a person.
alter table batch add column review_since timestamptz;
update batch set review_since = lethe_now() where state = 'needs_review';
create index batch_review on batch (account, envelope, lo) where state = 'needs_review';

-- One decision about one batch (envelope, lo, hi) or one account (none of them), written with what it did.
create table audit_event (
  id            bigint generated always as identity primary key,
  at            timestamptz not null,
  principal     text not null,
  action        text not null check (action in ('send_again', 'mark_accepted', 'cancel', 'reject', 'resume')),
  account       text not null,
  envelope      bigint,
  lo            smallint,
  hi            smallint,
  state_before  text not null,
  reason_before text,
  state_after   text not null,
  justification text not null check (length(justification) between 1 and 1000),
  check ((action = 'resume') = (envelope is null)),
  check ((envelope is null) = (lo is null)),
  check ((envelope is null) = (hi is null))
);
create index audit_event_by_account on audit_event (account, id desc);

create function refuse_change() returns trigger
  language plpgsql
  as $$ begin raise exception '% is only appended to', tg_table_name; end $$;
create trigger audit_event_is_evidence before update or delete or truncate on audit_event
  for each statement execute function refuse_change();
