#!/usr/bin/env bash
# CleverTap takes a call and the connection breaks before its answer.
# Must be seen: nobody can tell what happened, so Lethe sends that call again while it cannot hurt, and counts both attempts.
fault '{kind: "drop", after_effect: true}'
hand_in erasure identities 300
settle
expect "all are done" "$(items '.state == "done"')" 300
expect "those of the lost call on their second attempt" "$(items '.attemptCount == 2')" 100
expect "and were erased twice" "$(done_to 2)" 100
expect "the others once" "$(done_to 1)" 200
