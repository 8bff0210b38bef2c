#!/usr/bin/env bash
# CleverTap answers four calls in a row with 429 and asks to wait a second.
# Must be seen: Lethe waits and sends again; a 429 costs no attempt, and everybody is erased once.
fault '{kind: "status", status: 429, retry_after_s: 1, times: 4}'
hand_in erasure identities 300
settle 30
expect "all are done" "$(items '.state == "done"')" 300
expect "on their first attempt" "$(items '.attemptCount == 1')" 300
expect "everybody was erased once" "$(done_to 1)" 300
