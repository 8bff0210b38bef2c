#!/usr/bin/env bash
# A caller asks before it hands in: would CleverTap take these phones? Two of ten it would not, and says why.
# Must be seen: a dry run says whom and does nothing to anybody; handed in after all, the two are rejected with the same code.
choose phones 10
mapfile -t bad < <(sed -n '4p;9p' "$people")
poison "${bad[@]}"
answer=$(would_be_taken disassociation) || true
echo "   ${answer//$'\n'/$'\n'   }"
expect "whom CleverTap would not take" "$(grep -c 'permanent with code 516' <<<"$answer")" 2
expect "dry runs" "$(report | jq --arg id "ID-$scenario" '[.accounts[$id].apis[].dry_runs] | add')" 1
operation=disassociation
expect "nothing is done to anybody" "$(done_to 0)" 10
ask_for disassociation
settle
expect "the two are rejected" "$(items '.state == "rejected" and .reason == "vendor_code_516"')" 2
expect "freed once" "$(done_to 1)" 8
