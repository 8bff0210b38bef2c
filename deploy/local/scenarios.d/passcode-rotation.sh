#!/usr/bin/env bash
# CleverTap gets a new passcode beside the old one, which it later drops. The file has held both since.
# Must be seen: a refused call is made again with the other passcode; the account is not blocked and no attempt is spent.
passcode_file "the-old-one" "the-new-one"
passcodes "the-old-one"
hand_in erasure identities 100
settle
expect "done with the old one" "$(items '.state == "done"')" 100
passcodes "the-old-one" "the-new-one"
hand_in erasure identities 100
settle
expect "done while both are taken" "$(items '.state == "done"')" 100
passcodes "the-new-one"
before=$(wrong_credentials)
hand_in erasure identities 300
settle 8
expect "done with the new one" "$(items '.state == "done"')" 300
expect "on their first attempt" "$(items '.attemptCount == 1')" 300
expect "everybody was erased once" "$(done_to 1)" 300
expect_at_most "calls that CleverTap refused" "$(($(wrong_credentials) - before))" 2
