-- A slot can be held by a call that carries no batch: it changes nothing, so nobody asks what came of it.
alter table slot drop constraint slot_check1;
alter table slot add constraint slot_batch_check check (envelope is null or holder is not null);
