#!/usr/bin/env bash
# CleverTap changes a rule and refuses every erasure with 400, whoever is in it. Later it takes the rule back.
# Must be seen: Lethe rejects nobody; Lethe blocks erasures, and once the rule is as before everybody is erased once.
fault '{kind: "status", status: 400, api: "delete", times: 0}'
hand_in erasure identities 300
wait_for 20 "erasures are blocked" is_blocked
expect "nobody is rejected" "$(items '.state == "rejected"')" 0
faults_are_over
settle 40
expect "all are done" "$(items '.state == "done"')" 300
expect "everybody was erased once" "$(done_to 1)" 300
