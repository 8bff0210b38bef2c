#pragma once

#include <pqxx/pqxx>

#include "lethe/request_lists.h"

namespace lethe::store {

/// RequestLists::Summarize(). Throws what pqxx throws.
RequestSummary ReadSummary(pqxx::connection& connection, const SummaryParams& params);

}  // namespace lethe::store
