#!/usr/bin/env bash
# CleverTap cannot stand one identity of 1,000, and refuses every call that carries it with 400.
# Must be seen: Lethe halves what is refused until the one is alone; it is rejected after six refusals within half a minute, and the
# other 999 are erased once.
poison "poison-1-617"
hand_in erasure identities 1000
settle 60
expect "the others are done" "$(items '.state == "done"')" 999
expect "the one is rejected" "$(items '.state == "rejected" and .reason == "refused_by_vendor"')" 1
expect "erased once" "$(done_to 1)" 999
expect "never erased" "$(done_to 0)" 1
