-- Which journal of calls was last seen at a place, so that one that has got lost is noticed.
create table call_journal (
  place   text primary key,      -- host and directory
  id      text not null,         -- stands in the journal's files
  seen_at timestamptz not null
);
