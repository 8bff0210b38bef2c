-- CleverTap's own code in the answer to the latest call that carried the whole batch b and had one.
(select a.vendor_code from attempt a where a.envelope = b.envelope and a.lo <= b.lo and a.hi >= b.hi and a.vendor_code ~ '^[0-9]+$'
 order by a.number desc limit 1)
