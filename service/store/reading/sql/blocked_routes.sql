-- Lists the routes that are blocked by themselves.
-- > account text
-- > api api
select account, api from route_block
