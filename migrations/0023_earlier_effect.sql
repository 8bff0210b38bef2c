-- CleverTap may refuse a person because an earlier call has marked that person already. Lethe does not reject such a person: an operator decides.

-- A call before those that unknown_since tells of may have carried out what the batch asks for: it was accepted and found without effect, or an
-- operator has sent the batch again since a call of unknown effect.
alter table batch add column may_have_effect boolean not null default false;
update batch b set may_have_effect = true
where state in ('ready', 'held', 'sending', 'needs_review') and call_count > 0 and unknown_since is null
  and exists (
    select from attempt a where a.envelope = b.envelope and a.lo <= b.lo and a.hi >= b.hi
                            and (a.outcome_class in ('accepted', 'unknown') or a.abandoned_at is not null and a.outcome_class is null));
