#!/usr/bin/env bash
# CleverTap has erased some people, and they come back with a new phone under the same identity.
# Must be seen: Lethe finds them at its second look, shows it, and erases nobody who did not ask again.
# Account: verification: all, second_look: 3s
choose identities 10
introduce "old phone"
ask_for erasure
settle 40
expect "all are done" "$(items '.state == "done"')" 10
introduce "new phone"
all_came_back() { [ "$(items 'has("reappearTime")')" -eq 10 ]; }
wait_for 20 "Lethe knows that they came back" all_came_back
expect "still done" "$(items '.state == "done"')" 10
expect "erased once" "$(done_to 1)" 10
