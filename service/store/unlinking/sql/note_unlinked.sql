-- Notes that the requests have unlinked identities. The range of ids keeps the statement out of the other months' partitions.
-- @requests request[]
-- @lowest request       of @requests
-- @highest request
update request set may_be_unlinked = true where id = any(@requests::bigint[]) and id between @lowest::bigint and @highest::bigint
