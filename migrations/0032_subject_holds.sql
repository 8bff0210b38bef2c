-- An operator holds a person: Lethe sends an account nothing that names this person, from no request that waits and from no later one.

-- Evidence: who held the person, and who released them.
create table subject_hold (
  id             bigint generated always as identity primary key,
  account        text not null,
  principal      text not null,
  reason         text not null check (length(reason) between 1 and 1000),
  held_at        timestamptz not null,
  released_at    timestamptz,
  released_by    text,
  release_reason text,
  check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null))
);
-- Of the holds in force: the person's digest under each MAC key of the ring at that time. What a claim asks, so it has no other rows.
create table subject_digest (
  account text not null,
  digest  bytea not null,
  hold    bigint not null,
  primary key (account, digest, hold)
);
create index subject_digest_of_hold on subject_digest (hold);
