-- Finds where the items of a request are. No row: the account has no request with this id.
-- @account text
-- @id request
-- > first_envelope envelope   with the next two: see Placement
-- > first_pos int
-- > envelope_count int
-- > item_count int
-- > operation operation
-- > kind kind
-- > may_be_unlinked bool      as in read_requests
select first_envelope, first_pos, envelope_count, item_count, operation, kind, coalesce(may_be_unlinked, true) as may_be_unlinked
from request where account = @account and id = @id
