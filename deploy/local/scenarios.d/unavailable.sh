#!/usr/bin/env bash
# CleverTap answers three calls with 503 and does nothing.
# Must be seen: Lethe cannot know that nothing was done, sends again later, and everybody is erased once.
fault '{kind: "status", status: 503, times: 3}'
hand_in erasure identities 300
settle
expect "all are done" "$(items '.state == "done"')" 300
expect "everybody was erased once" "$(done_to 1)" 300
