#include "store/session/session.h"

#include <fcntl.h>
#include <unistd.h>

#include "store/session/deadline.h"

namespace lethe::store {

Session::Session(const std::string& conninfo, milliseconds use_limit)
    : pqxx::connection(conninfo),
      use_limit_(use_limit),
      socket_(fcntl(sock(), F_DUPFD_CLOEXEC, 0)) {
  if (socket_ < 0) throw pqxx::broken_connection("no file descriptor is left");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // libpqxx 7 never reopens, and lacks it
  inhibit_reactivation(true);
#pragma GCC diagnostic pop
}

Session::~Session() {
  if (socket_ >= 0) ::close(socket_);
}

bool Session::Warnings::operator()(const char* /*message*/) noexcept {
  seen = true;
  return false;  // not to standard error: the text may quote values
}

void Session::Run(milliseconds limit, const std::function<void()>& work) {
  const Deadline deadline(socket_, limit);
  warnings_.seen = false;
  try {
    work();
  } catch (const std::exception&) {
    if (!deadline.passed()) throw;
  }
  if (deadline.passed()) {  // `work` may have caught it
    if (abandoned_) abandoned_();
    throw NoAnswer();
  }
  // The last words of a session that was ended come as a warning as well, and `work` knows.
  if (warnings_.seen && is_open()) throw NotReplicated();
}

}  // namespace lethe::store
