-- Which claims of a slot take the oldest batch instead of that which is due first.

-- How many batches the slot had, modulo four.
alter table slot add column turn smallint not null default 0;
