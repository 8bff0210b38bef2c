-- What dashboards and analysts read with SQL: views of a schema of their own, each with a version in its name. service/docs/reporting.md says what
-- each column means. Who may read them gets no right on a table. They work on a standby as well.
-- If the owner has no right to create schemas in the database, an administrator runs this before the migration:
-- create schema lethe_report authorization OWNER.
do $$
begin
  if to_regnamespace('lethe_report') is null then
    create schema lethe_report;
  end if;
end $$;

create view lethe_report.requests_v1 as
select r.account, r.id as request_id, r.operation, r.kind as identifier_kind, r.principal, r.create_time, r.submit_time, coalesce(r.due_by, r.due_time) as due_time,
       r.item_count, r.duplicate_count, o.outcome, o.finished_at, o.done_count, o.rejected_count, o.cancelled_count,
       (extract(epoch from o.finished_at - o.received_at) / 86400)::float8 as days,
       o.outcome is null as open, o.outcome is null and coalesce(coalesce(r.due_by, r.due_time) < now(), false) as overdue
from request r left join request_outcome o on o.request_id = r.id;

create view lethe_report.items_v1 as
select b.account, i.request_id, i.ordinal, b.operation, b.kind as identifier_kind, b.state, b.reason, b.attempt_count, b.accepted_at, b.window_end,
       b.finished_at
from batch b join request_item i on i.envelope = b.envelope and i.pos between b.lo and b.hi;

create view lethe_report.daily_v1 as
select day, account, operation, sum(received)::bigint as received, sum(complete)::bigint as complete, sum(in_part)::bigint as in_part,
       sum(denied)::bigint as denied, sum(cancelled)::bigint as cancelled, sum(items_done)::bigint as items_done,
       sum(items_rejected)::bigint as items_rejected, (sum(days) / nullif(sum(answered), 0))::float8 as mean_days
from (
    select (create_time at time zone 'UTC')::date as day, account, operation, 1 as received, 0 as complete, 0 as in_part, 0 as denied, 0 as cancelled,
           0 as items_done, 0 as items_rejected, 0 as answered, 0 as days
    from request
    union all
    select (finished_at at time zone 'UTC')::date, account, operation, 0, (outcome = 'complete')::int, (outcome = 'in_part')::int,
           (outcome = 'denied')::int, (outcome = 'cancelled')::int, done_count, rejected_count, (outcome <> 'cancelled')::int,
           case when outcome <> 'cancelled' then extract(epoch from finished_at - received_at) / 86400 else 0 end
    from request_outcome) of_requests
group by day, account, operation;

create view lethe_report.exceptions_v1 as
select b.account, i.request_id, i.ordinal, b.operation, b.kind as identifier_kind, b.state, b.reason, substring(b.reason from '^vendor_code_(.+)$') as vendor_code,
       coalesce(b.finished_at, b.review_since, b.opened_at) as since
from batch b join request_item i on i.envelope = b.envelope and i.pos between b.lo and b.hi
where b.state in ('held', 'needs_review', 'rejected');

create view lethe_report.attempts_v1 as
select b.account, b.operation, a.started_at, a.finished_at, a.hi - a.lo + 1 as items, a.outcome_class as outcome, a.http_status, a.vendor_code,
       a.abandoned_at
from attempt a join batch b on b.envelope = a.envelope and b.lo = 0;

create view lethe_report.decisions_v1 as
select e.id, e.at, e.principal, e.action, e.account, e.hi - e.lo + 1 as items, e.state_before, e.state_after, e.justification
from audit_event e;
