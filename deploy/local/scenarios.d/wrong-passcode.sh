#!/usr/bin/env bash
# CleverTap has another passcode than the file says, and answers 401. Then somebody corrects the file.
# Must be seen: Lethe blocks the account after the calls in flight, nobody is given up; a probe finds the new passcode and all goes on.
passcodes "the-right-one"
before=$(wrong_credentials)
hand_in erasure identities 300
wait_for 20 "the account is blocked" is_blocked
expect_at_most "calls that CleverTap refused" "$(($(wrong_credentials) - before))" 2
expect "everybody waits" "$(items '.state == "waiting"')" 300
passcode_file "the-right-one"
settle 30
expect "all are done" "$(items '.state == "done"')" 300
expect "on their first attempt" "$(items '.attemptCount == 1')" 300
expect "everybody was erased once" "$(done_to 1)" 300
