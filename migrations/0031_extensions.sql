-- The due time of a request is extended, as often and as long as the law of its account allows.

-- Evidence: who extended it, and why. request.due_by has the time that counts.
create table due_time_extension (
  request_id  bigint not null,
  number      smallint not null check (number > 0),
  extended_at timestamptz not null,
  principal   text not null,
  reason      text not null check (length(reason) between 1 and 1000),
  due_before  timestamptz not null,
  due_time    timestamptz not null,
  primary key (request_id, number),
  check (due_time > due_before)
);
