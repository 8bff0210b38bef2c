#include "store/sqlgen/types.h"

#include <algorithm>
#include <array>

namespace lethe::sqlgen {
namespace {

constexpr std::array kTypes{
    SqlType{"bool", "bool", "bool", "bool", ""},
    SqlType{"int", "int", "int", "int2 int4", ""},
    SqlType{"bigint", "std::int64_t", "std::int64_t", "int8", "<cstdint>"},
    SqlType{"double", "double", "double", "float8", ""},
    SqlType{"text", "std::string_view", "std::string", "text", "<string>"},
    // Empty text is null, in both directions.
    SqlType{"text_or_none", "std::string_view", "std::string", "text", "<string>"},
    SqlType{"bytes", "std::string_view", "std::string", "bytea", "<string>"},
    // Microseconds, as lethe_time() takes and lethe_micros() gives them.
    SqlType{"time", "TimePoint", "TimePoint", "int8", "\"lethe/time.h\""},
    SqlType{"milliseconds", "milliseconds", "milliseconds", "int8", "\"lethe/time.h\""},
    SqlType{"envelope", "EnvelopeId", "EnvelopeId", "int8", "\"lethe/batch.h\""},
    SqlType{"request", "RequestId", "RequestId", "int8", "\"lethe/batch.h\""},
    SqlType{"state", "BatchState", "BatchState", "text", "\"lethe/batch.h\""},
    SqlType{"operation", "Operation", "Operation", "text", "\"lethe/operation.h\""},
    SqlType{"kind", "IdentifierKind", "IdentifierKind", "text", "\"lethe/operation.h\""},
    SqlType{"api", "Api", "Api", "text", "\"lethe/operation.h\""},
    SqlType{"resume", "Resume", "Resume", "text", "\"lethe/decision.h\""},
    SqlType{"outcome", "OutcomeClass", "OutcomeClass", "text", "\"lethe/vendor.h\""},
    SqlType{"request_outcome", "RequestOutcome", "RequestOutcome", "text",
            "\"lethe/request_outcome.h\""},
    SqlType{"read_back", "ReadBack", "ReadBack", "text", "\"lethe/read_back.h\""},
    SqlType{"pause_kind", "PauseKind", "PauseKind", "text", "\"lethe/pause.h\""},
    SqlType{"audit_action", "AuditAction", "AuditAction", "text", "\"lethe/audit.h\""},
};

}  // namespace

const SqlType* FindType(std::string_view word) {
  const auto* found = std::ranges::find(kTypes, word, &SqlType::word);
  return found == kTypes.end() ? nullptr : found;
}

}  // namespace lethe::sqlgen
