-- What stops one route, an account's calls of one API, while its other APIs go on. What stops the whole account stays in account_state.

-- One row while the route is blocked, none otherwise: blocks are rare, so every question "is it blocked?" meets a table that is all but
-- empty, and a new account or API needs no row. The version before does not look here: while it runs beside this one, it sends on a route
-- that is blocked, and blocks the account for what it hears.
create table route_block (
  account        text not null,
  api            text not null check (api in ('delete', 'demerge', 'disassociate', 'profile')),
  blocked_since  timestamptz not null,
  blocked_reason text not null,
  resume_by      text not null check (resume_by in ('batch', 'operator')),
  probe_at       timestamptz not null,
  probe_count    integer not null,
  primary key (account, api)
);
