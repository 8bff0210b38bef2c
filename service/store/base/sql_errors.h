#pragma once

#include <exception>
#include <stdexcept>

#include "lethe/result.h"

namespace lethe::store {

/// This process's clock and the database's are too far apart to write anything by.
class ClockDiffers : public std::runtime_error {
 public:
  ClockDiffers() : std::runtime_error("the clocks differ") {}
};

/// Whether the session is gone, so that another try needs a new one.
bool IsBroken(const std::exception& error);

/// Whether the same transaction may succeed when it is run again: PostgreSQL ended it for a
/// deadlock or a serialization failure.
bool IsTransient(const std::exception& error);

/// Whether the data of the transaction is wrong (SQLSTATE classes 22, 23, and 54 for what is too
/// large), so that another try fails as well.
bool IsDataError(const std::exception& error);

/// The error that a caller gets for what pqxx threw. Its message never holds PostgreSQL's text,
/// which quotes values; the SQLSTATE at most.
Error ToError(const std::exception& error);

}  // namespace lethe::store
