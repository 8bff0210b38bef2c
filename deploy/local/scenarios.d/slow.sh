#!/usr/bin/env bash
# CleverTap takes a call and answers only after three seconds, when Lethe has hung up after one.
# Must be seen: like a lost reply: sent again while it cannot hurt, and both attempts are counted.
fault '{kind: "latency", delay_ms: 3000, after_effect: true}'
hand_in erasure identities 100
settle
expect "all are done" "$(items '.state == "done"')" 100
expect "on their second attempt" "$(items '.attemptCount == 2')" 100
expect "and were erased twice" "$(done_to 2)" 100
