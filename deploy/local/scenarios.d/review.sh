#!/usr/bin/env bash
# CleverTap's reply to a demerge is lost, and by now a repeat could split what was merged again.
# Must be seen: Lethe sends nothing again by itself; a person decides, and the decision is in the audit.
fault '{kind: "drop", after_effect: true}'
hand_in demerge identities 100
settle
expect "all need review" "$(items '.state == "needs_review" and .reason == "unknown_outcome"')" 100
resolve mark-accepted
settle
expect "all are done, as a person said" "$(items '.state == "done" and .reason == "operator_accepted"')" 100
expect "demerged once" "$(done_to 1)" 100
expect "decisions in the audit" "$(audited MARK_ACCEPTED)" 1
