-- Evidence about the calls of a batch, as AttemptFacts has it.

-- vouched_refusals: of the refusals alone, those that came after CleverTap took others, since the answer before. Only those confirm one another.
-- throttled_calls: calls with these identifiers that got a 429; others that did not count as attempts were stopped by a block.
alter table batch
  add column vouched_refusals smallint not null default 0 check (vouched_refusals >= 0),
  add column throttled_calls smallint not null default 0 check (throttled_calls >= 0);
