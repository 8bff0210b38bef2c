#pragma once

#include <vector>

#include "fakes/queue_rows.h"
#include "store/base/values.h"
#include "support/postgres.h"

namespace lethe::test {

/// Every batch, by envelope and first position.
inline std::vector<fakes::BatchRow> ReadBatches(const TestDatabase& database) {
  using store::ToOptionalTime;
  using store::ToTime;
  std::vector<fakes::BatchRow> batches;
  for (const auto& row : database.Run(
           "select envelope, lo, hi, account, operation, kind, state, coalesce(reason, ''), "
           "lethe_micros(opened_at), lethe_micros(not_before), attempt_count, call_count, "
           "lethe_micros(unknown_since), lethe_micros(accepted_at), lethe_micros(window_end), "
           "lethe_micros(finished_at), blocked_by_envelope, blocked_by_lo, blocked_by_hi, "
           "lethe_micros(refused_since), lone_refusals, vouched_refusals, throttled_calls, "
           "may_have_effect, urgency, lethe_micros(greatest(due_at, timestamptz 'epoch')) from "
           "batch order by envelope, lo")) {
    batches.push_back({.envelope = EnvelopeId{row[0].as<std::int64_t>()},
                       .span = {row[1].as<int>(), row[2].as<int>()},
                       .route = {row[3].c_str(), Parse<Operation>(row[4].c_str()).value()},
                       .kind = Parse<IdentifierKind>(row[5].c_str()).value(),
                       .state = Parse<BatchState>(row[6].c_str()).value(),
                       .reason = row[7].c_str(),
                       .opened_at = ToTime(row[8]),
                       .not_before = ToOptionalTime(row[9]),
                       .attempt_count = row[10].as<int>(),
                       .call_count = row[11].as<int>(),
                       .unknown_since = ToOptionalTime(row[12]),
                       .may_have_effect = row[23].as<bool>(),
                       .refused_since = ToOptionalTime(row[19]),
                       .lone_refusals = row[20].as<int>(),
                       .vouched_refusals = row[21].as<int>(),
                       .throttled_calls = row[22].as<int>(),
                       .accepted_at = ToOptionalTime(row[13]),
                       .window_end = ToOptionalTime(row[14]),
                       .finished_at = ToOptionalTime(row[15]),
                       .urgency = static_cast<Urgency>(row[24].as<int>()),
                       .due_at = ToTime(row[25])});
    if (row[16].is_null()) continue;
    batches.back().blocked_by = {EnvelopeId{row[16].as<std::int64_t>()},
                                 {row[17].as<int>(), row[18].as<int>()}};
  }
  return batches;
}

}  // namespace lethe::test
