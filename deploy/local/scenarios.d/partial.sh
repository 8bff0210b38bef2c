#!/usr/bin/env bash
# CleverTap frees most phones of a call, asks to try one in twenty again (code 555) and calls one in twenty invalid (516).
# Must be seen: Lethe sends only those of the 555 again; those of the 516 are rejected with the code, everybody else is done once.
fault '{kind: "partial", every: 10, codes: [555, 516]}'
hand_in disassociation phones 1000
settle
expect "all but the invalid are done" "$(items '.state == "done"')" 950
expect "the invalid are rejected" "$(items '.state == "rejected" and .reason == "vendor_code_516"')" 50
expect "those to try again took two attempts" "$(items '.state == "done" and .attemptCount == 2')" 50
expect "everybody who is done was freed once" "$(done_to 1)" 950
expect "nobody who was rejected" "$(done_to 0)" 50
