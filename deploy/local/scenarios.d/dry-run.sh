#!/usr/bin/env bash
# A caller asks before it hands in: would CleverTap take these phones? Two of ten it would not, and says why.
# Must be seen: a dry run says whom and does nothing to anybody; handed in after all, the two are rejected with the same code.
choose phones 10
poison "$(person 4)" "$(person 9)"
ask_only disassociation
expect "whom CleverTap would not take" "$(not_taken 516)" 2
expect "dry runs" "$(dry_runs)" 1
expect "nothing is done to anybody" "$(done_to 0)" 10
ask_for disassociation
settle
expect "the two are rejected" "$(items '.state == "rejected" and .reason == "vendor_code_516"')" 2
expect "freed once" "$(done_to 1)" 8
