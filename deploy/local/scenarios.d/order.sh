#!/usr/bin/env bash
# CleverTap drops every identity of a profile that it demerges: an erasure by one of them finds nobody, and is a success all the same.
# Must be seen: an erasure of people whose demerge is not done yet is held until then; both are done once, in that order.
fault '{kind: "latency", delay_ms: 800, api: "demerge"}'
hand_in demerge identities 100
ask_for erasure
all_wait() { [ "$(items '.state == "held" and .reason == "earlier_operation"')" -eq 100 ]; }
wait_for 20 "the erasure waits for the demerge" all_wait
settle
expect "all are erased" "$(items '.state == "done"')" 100
expect "erased once" "$(done_to 1)" 100
expect "demerged once before" \
  "$(jq -n --argjson demerge "$(effects demerge)" --argjson erasure "$(effects erasure)" \
    '[range(100) | select($demerge[.].count == 1 and $demerge[.].last_ms < $erasure[.].first_ms)] | length')" 100
