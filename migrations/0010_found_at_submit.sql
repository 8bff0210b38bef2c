-- What reading an erasure need not look up again.

-- Whether an earlier request may have unlinked identities of this one. Written with it; what is found then can only become less, but
-- for an operation that commits at the same moment, and that one is noted when the request waits for it. Null: nobody has looked.
alter table request add column may_be_unlinked boolean;
