#include "support/history.h"

#include <algorithm>
#include <chrono>

#include "store/base/values.h"
#include "store/ids/id_generator.h"
#include "store/schema/partitions.h"

namespace lethe::test {
namespace {

constexpr int kIdBits = store::kNodeBits + store::kSequenceBits;
constexpr std::chrono::hours kMonth{24 * 30};
constexpr std::chrono::hours kWaitingFor{1};

/// What a group is; see History. Its ids are those of one millisecond: requests from 0 on,
/// envelopes from 1024 on.
constexpr char kGroups[] = R"sql(
create temp table made as
select n, base, t, waiting, account, operation, kind,
       case when waiting then 'ready' when n >= finished - finished / 30 then 'accepted' else 'done' end as state
from (select n, n >= $1 as waiting, $1::bigint as finished,
             case when n >= $1 then $4::bigint + (n - $1) * $5::bigint else $2::bigint + n * $3::bigint end as ms
      from generate_series(0, $6::bigint - 1) as n) g
  cross join lateral (select ms << 22 as base, timestamptz '2020-01-01' + ms * interval '1 millisecond' as t) i
  cross join lateral (select case n / 10 % 4 when 3 then 'bank' else 'shop' end as account,
    case n % 10 when 8 then 'demerge' when 9 then 'disassociation' else 'erasure' end as operation,
    case n % 10 when 7 then 'guid' when 9 then 'phone' else 'identity' end as kind) k
)sql";

constexpr char kRequests[] = R"sql(
insert into request (id, account, operation, kind, principal, create_time, item_count, duplicate_count,
                     first_envelope, first_pos, envelope_count, may_be_unlinked)
select base + r, account, operation, kind, 'anonymous', t, size, 0, base + 1024 + envelope, pos, envelopes, false
from made cross join lateral (
    select 0 as r, 1000 as size, 0 as envelope, 0 as pos, 10 as envelopes
    union all select r, 100, 9 + r, 0, 1 from generate_series(1, 5) as r
    union all select 6 + r, 10, 15 + r / 10, r % 10 * 10, 1 from generate_series(0, 49) as r) own
order by 1;
insert into idempotency_key
select principal, substr(sha256(id::text::bytea), 1, 20), id, substr(sha256(id::text::bytea), 13), create_time from request
)sql";

constexpr char kBatches[] = R"sql(
insert into batch (envelope, lo, hi, account, operation, kind, state, reason, opened_at, attempt_count, call_count,
                   accepted_at, window_end, finished_at, review_since)
select base + 1024 + e, 0, 99, account, operation, kind, s, case when s in ('rejected', 'needs_review') then 'why' end, t,
       (not waiting)::int, (not waiting)::int, case when s in ('accepted', 'done') then t end,
       case s when 'done' then t + interval '3 days' when 'accepted' then now() + interval '1 hour' + n * interval '1 second' end,
       case when s in ('rejected', 'done') then t + interval '3 days' end,
       case s when 'needs_review' then t end
from made cross join generate_series(0, 19) as e
  cross join lateral (select case when state = 'done' and e = 19 and n % 50 = 7 then 'rejected'
                                  when state = 'done' and e = 19 and n % 50 = 17 then 'needs_review' else state end as s) b
order by 1;
insert into attempt (envelope, lo, hi, number, holder, started_at, members_hmac, finished_at, http_status, outcome_class)
select envelope, lo, hi, 1, 'host-1', opened_at, substr(sha256(envelope::text::bytea), 1, 20), opened_at, 200, 'accepted'
from batch where call_count > 0 order by 1
)sql";

constexpr char kItems[] = R"sql(
insert into request_item (envelope, request_id, pos, ordinal, sealed, digest)
select base + 1024 + e, base + r, pos, ordinal, case account when 'shop' then $1::bytea else $2::bytea end,
       substr(sha256((base + e * 1000 + pos)::text::bytea), 1, 20)
from made cross join generate_series(0, 19) as e cross join generate_series(0, 99) as pos
  cross join lateral (select case when e < 10 then 0 when e < 15 then e - 9 else 6 + (e - 15) * 10 + pos / 10 end as r,
                             case when e < 10 then e * 100 + pos when e < 15 then pos else pos % 10 end as ordinal) own
order by base, e, pos
)sql";

}  // namespace

History::History(const TestDatabase& database, const crypto::KeyRing& keys, Options options)
    : options_(options) {
  pqxx::connection connection(database.owner_url());
  AddPartitions(connection);
  const auto run = [&](const std::string& sql) { pqxx::nontransaction(connection).exec(sql); };
  run("set synchronous_commit = off; set maintenance_work_mem = '1GB'; set work_mem = '256MB'; set "
      "jit = off");
  run("insert into account_state (account, unlinks_since) values ('shop', now()), ('bank', now())");
  {
    pqxx::nontransaction work(connection);
    work.exec_params(kGroups, finished_groups(), FirstMillis(), FinishedStep(),
                     FirstWaitingMillis(), WaitingStep(), finished_groups() + waiting_groups());
  }
  run(kRequests);
  run("insert into accepted_tally select account, operation, kind, (create_time at time zone "
      "'UTC')::date, 0, "
      "sum(item_count) from request group by 1, 2, 3, 4");
  run(kBatches);
  // An index on digests is a multiple faster to make than to fill.
  run("drop index request_item_by_digest");
  {
    const auto sealed = [&](const char* account) {
      return pqxx::binarystring(keys.Seal(Identifier("user-12345678"), account));
    };
    pqxx::nontransaction(connection).exec_params(kItems, sealed("shop"), sealed("bank"));
  }
  run("create index request_item_by_digest on request_item (digest)");
  run("insert into unlinking_item select i.digest, i.request_id, i.envelope, i.pos "
      "from batch b join request_item i using (envelope) "
      "where b.operation in ('demerge', 'disassociation')");
  run("vacuum (analyze)");
}

store::ItemRange History::MiddleItems(std::int64_t group) const {
  return store::RangeOf({EnvelopeId{Base(group) + 1034}, 0, 1}, 100);
}

bool History::IsErasureOfShop(std::int64_t group) const {
  return group % 10 < 7 && group / 10 % 4 != 3;
}

std::int64_t History::FirstMillis() const {
  return store::IdMillis(options_.now - options_.months * kMonth);
}
std::int64_t History::FirstWaitingMillis() const {
  return store::IdMillis(options_.now - kWaitingFor);
}
std::int64_t History::FinishedStep() const {
  return (FirstWaitingMillis() - FirstMillis()) / std::max<std::int64_t>(1, finished_groups());
}
std::int64_t History::WaitingStep() const {
  constexpr auto kSpan = std::chrono::duration_cast<milliseconds>(kWaitingFor).count();
  return kSpan / std::max<std::int64_t>(1, waiting_groups());
}

std::int64_t History::Base(std::int64_t group) const {
  return (FirstMillis() + group * FinishedStep()) << kIdBits;
}

void History::AddPartitions(pqxx::connection& connection) const {
  for (int month = 0; month <= options_.months; ++month) {
    store::EnsurePartitions(connection, options_.now - month * kMonth).value();
  }
}

}  // namespace lethe::test
