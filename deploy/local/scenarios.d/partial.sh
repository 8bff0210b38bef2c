#!/usr/bin/env bash
# CleverTap frees most phones of a call, asks to try fifteen of 1,000 again (code 555) and calls five invalid (516), once.
# Must be seen: Lethe sends the fifteen again, and each of the five alone; as CleverTap takes them then, nobody is rejected. Everybody is freed once.
fault '{kind: "partial", every: 50, codes: [555, 555, 555, 516]}'
hand_in disassociation phones 1000
settle
expect "all are done" "$(items '.state == "done"')" 1000
expect "those to try again took two attempts" "$(items '.state == "done" and .attemptCount == 2')" 20
expect "freed once" "$(done_to 1)" 1000
