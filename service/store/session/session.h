#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "store/session/limits.h"

namespace lethe::store {

/// The database did not answer in time, and the session was given up. What it was doing is done or
/// not.
class NoAnswer : public pqxx::broken_connection {
 public:
  NoAnswer() : pqxx::broken_connection("the database does not answer") {}
};

/// A commit came back before a standby had it: the wait for it was cancelled. It holds on the
/// primary only, and a failover may lose it.
class NotReplicated : public std::runtime_error {
 public:
  NotReplicated() : std::runtime_error("a standby may lack what was committed") {}
};

/// A session whose every use ends. Unlike pqxx::connection it never opens itself again: what was
/// set in it would be lost. For one thread.
class Session final : public pqxx::connection {
 public:
  /// Throws what pqxx throws.
  Session(const std::string& conninfo, milliseconds use_limit);
  ~Session();

  /// `abandoned` is called when the session is given up.
  void OnNoAnswer(std::function<void()> abandoned) { abandoned_ = std::move(abandoned); }

  /// Let go when the session ends.
  void Hold(std::shared_ptr<void> held) { held_ = std::move(held); }

  /// Runs `work`, which talks to the database through this session, commits included. Throws what
  /// it throws; NoAnswer instead if the limit passed; NotReplicated if a commit of it may not have
  /// reached the standby that it waited for.
  template <typename Work>
  auto Use(Work&& work) {
    return UseFor(use_limit_, std::forward<Work>(work));
  }

  /// The same with a limit of its own, for work of many statements.
  template <typename Work>
  auto UseFor(milliseconds limit, Work&& work) {
    using Answer = std::invoke_result_t<Work>;
    if constexpr (std::is_void_v<Answer>) {
      Run(limit, [&] { work(); });
    } else {
      std::optional<Answer> answer;
      Run(limit, [&] { answer.emplace(work()); });
      return *std::move(answer);
    }
  }

 private:
  /// PostgreSQL reports an interrupted wait for a standby as a warning, and then success. No other
  /// warning is expected in a use, and the text may be in any language: each one counts.
  class Warnings final : public pqxx::errorhandler {
   public:
    using pqxx::errorhandler::errorhandler;
    bool operator()(const char* message) noexcept override;
    bool seen = false;
  };

  void Run(milliseconds limit, const std::function<void()>& work);

  const milliseconds use_limit_;
  const int socket_;  ///< A duplicate, so that its number is this session's until the end.
  Warnings warnings_{*this};
  std::function<void()> abandoned_;
  std::shared_ptr<void> held_;
};

}  // namespace lethe::store
