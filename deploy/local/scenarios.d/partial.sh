#!/usr/bin/env bash
# CleverTap frees most phones of a call, asks to try fifteen of 1,000 again (code 555) and calls five invalid (516).
# Must be seen: Lethe sends only the fifteen again and rejects the five with the code; everybody else is done once.
fault '{kind: "partial", every: 50, codes: [555, 555, 555, 516]}'
hand_in disassociation phones 1000
settle
expect "all but the invalid are done" "$(items '.state == "done"')" 995
expect "the invalid are rejected" "$(items '.state == "rejected" and .reason == "vendor_code_516"')" 5
expect "those to try again took two attempts" "$(items '.state == "done" and .attemptCount == 2')" 15
expect "freed once" "$(done_to 1)" 995
expect "never freed" "$(done_to 0)" 5
