#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lethe {

/// What kind of thing went wrong, in the words of the canonical gRPC codes (the API maps one to
/// one).
enum class ErrorCode {
  kInvalidArgument,     ///< The caller must change the request; repeating it is of no use.
  kNotFound,            ///< What the request names does not exist.
  kAlreadyExists,       ///< The idempotency key was used for another payload.
  kFailedPrecondition,  ///< The system is not in the state that this needs (an old schema, say).
  kResourceExhausted,   ///< A limit of Lethe's own; try again after `retry_after`.
  kUnauthenticated,     ///< The caller shows nothing that Lethe knows it by.
  kPermissionDenied,    ///< The caller may not do this.
  kUnavailable,  ///< A part that Lethe needs is away for now; repeating with the same key is safe.
  kInternal,     ///< A defect in Lethe.
};

/// One field of a request that is wrong. Descriptions name positions and rules, never the value.
struct FieldViolation {
  std::string field;  ///< Path from the request's root: `erasure.identities[3]`.
  std::string description;

  /// The rule that is broken: an UPPER_SNAKE_CASE word; empty where no rule has a name.
  std::string reason = {};

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

/// Says what was wrong, where, and what to do; never whose data it was.
struct Error {
  ErrorCode code;
  std::string reason;   ///< Stable UPPER_SNAKE_CASE word for programs (`ErrorInfo.reason`); see
                        ///< reasons.h.
  std::string message;  ///< For people.
  std::vector<FieldViolation> violations = {};
  std::optional<std::chrono::milliseconds> retry_after = {};
};

/// A value, or the reason why it is missing. Crosses every port; exceptions stop at the adapters.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that a function can `return value;` or `return Error{..};`.
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  /// The value; only if ok(). Asking for what is not there is a defect and throws
  /// std::bad_variant_access.
  T& value() & { return std::get<T>(state_); }
  const T& value() const& { return std::get<T>(state_); }
  T&& value() && { return std::get<T>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The error; only if !ok().
  const Error& error() const& { return std::get<Error>(state_); }
  Error&& error() && { return std::get<Error>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

/// The result of something that has nothing to return.
using Status = Result<std::monostate>;
inline Status Ok() { return std::monostate{}; }

}  // namespace lethe
