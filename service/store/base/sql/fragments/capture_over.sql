-- Whether the batch b of the route r waits for no capture at present.t: it needs none, has one, has waited long enough for it, or it is too
-- late for one.
-- @linger: as in @sendable()
(r.capture_wait is null or b.kind <> 'identity' or b.captured_at is not null or b.unknown_since is not null or b.may_have_effect
 or greatest(b.not_before, b.opened_at) + (@linger + r.capture_wait) * interval '1 millisecond' <= present.t)
