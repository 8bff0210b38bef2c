#!/usr/bin/env bash
# CleverTap answers a call with success and does nothing, as users have seen.
# Must be seen: Lethe looks everybody up after the window and erases those who are still there once more; done means gone.
# Account: verification: all
choose identities 20
introduce phone
fault '{kind: "ignored", api: "delete"}'
ask_for erasure
settle 40
expect "all are done" "$(items '.state == "done"')" 20
expect "because they are gone" "$(items '.basis == "COMPLETION_BASIS_VERIFIED_ABSENT"')" 20
expect "in two calls" "$(items '.attemptCount == 2')" 20
expect "erased once" "$(done_to 1)" 20
