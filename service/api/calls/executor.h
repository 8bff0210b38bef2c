#pragma once

#include <functional>

namespace lethe::api {

/// Runs what it is given, once, on a thread that may block. Everything that was taken runs, also
/// while the process is stopping: a caller waits for each. False: too much waits already, and this
/// was not taken.
using Executor = std::function<bool(std::function<void()>)>;

}  // namespace lethe::api
