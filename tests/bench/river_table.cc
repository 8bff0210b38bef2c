#include "bench/river_table.h"

#include <cstddef>

#include "store/base/values.h"

namespace lethe::bench {
namespace {

constexpr char kTable[] = R"sql(
create type river_job_state as enum
  ('available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled');
create function river_job_state_in_bitmask(bitmask bit(8), state river_job_state) returns boolean
  language sql immutable
  as $$
    select get_bit(bitmask, case state
      when 'available' then 7 when 'cancelled' then 6 when 'completed' then 5 when 'discarded' then 4
      when 'pending' then 3 when 'retryable' then 2 when 'running' then 1 else 0 end) = 1
  $$;
create table river_job (
  id            bigserial primary key,
  state         river_job_state not null default 'available',
  attempt       smallint not null default 0,
  max_attempts  smallint not null check (max_attempts > 0),
  attempted_at  timestamptz,
  created_at    timestamptz not null default now(),
  finalized_at  timestamptz,
  scheduled_at  timestamptz not null default now(),
  priority      smallint not null default 1 check (priority between 1 and 4),
  args          jsonb not null default '{}',
  attempted_by  text[],
  errors        jsonb[],
  kind          text not null check (char_length(kind) between 1 and 127),
  metadata      jsonb not null default '{}',
  queue         text not null default 'default' check (char_length(queue) between 1 and 127),
  tags          varchar(255)[] not null default '{}',
  unique_key    bytea,
  unique_states bit(8),
  check ((finalized_at is not null) = (state in ('cancelled', 'completed', 'discarded')))
);
create index on river_job (kind);
create index on river_job (state, finalized_at) where finalized_at is not null;
create index on river_job (state, queue, priority, scheduled_at, id);
create unique index on river_job (unique_key)
  where unique_key is not null and unique_states is not null and river_job_state_in_bitmask(unique_states, state);
)sql";

constexpr char kGinIndexes[] = R"sql(
create index on river_job using gin (args);
create index on river_job using gin (metadata);
)sql";

constexpr char kInsert[] = R"sql(
insert into river_job (args, kind, max_attempts, queue, unique_key, unique_states)
select jsonb_build_object('account', 'shop', 'identity', identity), 'erasure', 25, 'shop', key,
       case when key is not null then b'11110101' end
from unnest($1::text[], $2::bytea[]) as job(identity, key)
on conflict do nothing
)sql";

constexpr char kFetch[] = R"sql(
with locked as materialized (
  select id from river_job where state = 'available' and queue = 'shop' and scheduled_at <= now()
  order by priority, scheduled_at, id limit $1::int for update skip locked
)
update river_job j set state = 'running', attempt = j.attempt + 1, attempted_at = now(),
                       attempted_by = array_append(j.attempted_by, 'host-1_2026_11_22T00_00_00')
from locked where j.id = locked.id
returning j.id, j.args
)sql";

constexpr char kComplete[] = R"sql(
update river_job set state = 'completed', finalized_at = now() where id = any($1::bigint[]) and state = 'running'
)sql";

}  // namespace

RiverTable::RiverTable(const BenchDatabase& database, Indexes indexes)
    : connection_(database.url()) {
  pqxx::nontransaction work(connection_);
  work.exec(kTable);
  if (indexes == Indexes::kAll) work.exec(kGinIndexes);
  connection_.prepare("insert", kInsert);
  connection_.prepare("fetch", kFetch);
  connection_.prepare("complete", kComplete);
}

void RiverTable::Insert(const std::vector<std::string>& identifiers,
                        const std::vector<std::string>& keys) {
  store::ArrayLiteral identities, unique_keys;
  for (const std::string& identifier : identifiers) identities.AddText(identifier);
  for (const std::string& key : keys) unique_keys.AddBytes(key);
  pqxx::work work(connection_);
  work.exec_prepared("insert", identities.str(), unique_keys.str());
  work.commit();
}

int RiverTable::Work(int limit) {
  store::ArrayLiteral ids;
  {
    pqxx::work work(connection_);
    for (const auto& row : work.exec_prepared("fetch", limit)) ids.Add(row[0].as<std::int64_t>());
    work.commit();
  }
  pqxx::work work(connection_);
  const auto completed = work.exec_prepared("complete", ids.str());
  work.commit();
  return static_cast<int>(completed.affected_rows());
}

}  // namespace lethe::bench
