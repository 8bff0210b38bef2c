#!/usr/bin/env bash
# CleverTap refuses twenty identities of 300 for good: too many for bad data by chance, too few for a changed rule.
# Must be seen: Lethe blocks erasures at every sixth, and nobody is rejected until a person says so; the others are erased.
mapfile -t bad < <(printf 'many-refused-1-%d\n' {1..300..15})
poison "${bad[@]}"
hand_in erasure identities 300
wait_for "erasures are blocked" is_blocked
expect "nobody is rejected" "$(items '.state == "rejected"')" 0
all_have_an_end() {
  ! is_blocked || resume reject || true
  [ "$(items '.state == "done" or .state == "rejected"')" -eq 300 ]
}
wait_for "the person has decided everything" all_have_an_end
expect "the bad are rejected" "$(items '.state == "rejected"')" 20
expect "the others are done" "$(items '.state == "done"')" 280
expect "erased once" "$(done_to 1)" 280
expect "never erased" "$(done_to 0)" 20
expect_at_most "decisions of a person in the audit" "$(audited RESUME)" 3
