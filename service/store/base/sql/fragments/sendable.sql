-- Whether the batch b may be taken at present.t: it is closed and its delay is over, or it is open and has waited for more items long
-- enough. One that was opened later than now shows that the clock went back since: nothing tells how long it has waited. An identifier that was
-- not taken alone goes after what is left of its envelope's search: each of its tries may take as long as a call may.
-- @linger: how long an open batch waits, in milliseconds
b.state in ('open', 'ready')
and case b.state when 'ready' then coalesce(b.not_before <= present.t, true)
                 else b.opened_at <= present.t - @linger * interval '1 millisecond' or b.opened_at > present.t end
and (b.lone_refusals = 0
     or (select true from batch s
         where s.envelope = b.envelope and s.state = 'ready' and s.refused_since is not null and s.lone_refusals = 0
           and coalesce(s.not_before <= present.t, true)
         limit 1) is null)  -- not as `not exists`: a plan would read all suspects for it
