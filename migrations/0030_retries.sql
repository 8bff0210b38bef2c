-- Rejected items are sent again as a new request, and the old outcome stands.

-- The request whose rejected items it sends again; null: of none.
alter table request add column retry_of bigint;
