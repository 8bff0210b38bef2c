#!/usr/bin/env bash
# CleverTap refuses twenty identities of 300 for good: too many for bad data by chance, too few for a changed rule.
# Must be seen: the others are erased without a stop; five are rejected, as many as Lethe rejects in a day, and a person decides about the rest.
mapfile -t refused < <(printf 'many-refused-1-%d\n' {1..300..15})
poison "${refused[@]}"
hand_in erasure identities 300
each_is_decided() { [ "$(items '.state == "done" or .state == "rejected" or .state == "needs_review"')" -eq 300 ]; }
wait_for 60 "each is done, rejected or waits for a person" each_is_decided
expect "the others are done" "$(items '.state == "done"')" 280
expect_at_most "rejected without a person" "$(items '.state == "rejected"')" 5
expect "all of the bad are accounted for" "$(items '.state == "rejected" or .state == "needs_review"')" 20
if is_blocked; then bad "erasures are blocked" yes; else good "erasures are blocked" no; fi
for _ in {1..20}; do [ "$(items '.state == "needs_review"')" -eq 0 ] || resolve cancel; done
expect "the person has cancelled or Lethe rejected" "$(items '.state == "rejected" or .state == "cancelled"')" 20
expect "erased once" "$(done_to 1)" 280
expect "never erased" "$(done_to 0)" 20
