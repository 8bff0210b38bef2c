#pragma once

#include <grpcpp/server_context.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "access/certificate.h"
#include "access/directory.h"
#include "api/gate/asked.h"
#include "api/gate/principal_uses.h"
#include "lethe/access.h"
#include "lethe/result.h"
#include "lethe/time.h"
#include "lethe/v1/methods.h"

namespace lethe::api {

/// A call that was refused because of who makes it.
struct RefusedCall {
  std::string_view method;  ///< As FinishedCall::method.
  access::Refusal cause;
  std::string_view principal;  ///< Its name; empty if nobody was recognised.
  milliseconds at;             ///< Clock::Monotonic().
};

/// Called from gRPC's threads, several at a time; must not block.
using RefusalObserver = std::function<void(const RefusedCall&)>;

/// A call that was refused because its principal has reached a limit.
struct LimitedCall {
  std::string_view principal;
  PrincipalLimit limit;
};

/// As RefusalObserver.
using LimitObserver = std::function<void(const LimitedCall&)>;

/// Who makes a call that the gate has let in, and how far it may go. The call is in progress until
/// the last copy goes.
class Caller {
 public:
  Caller(const access::Recognition& recognised, const Asked& asked, TimePoint now,
         PrincipalUses::Place place);

  const std::string& name() const { return principal_->name; }

  /// Name() of by what it was recognised.
  std::string means() const { return Text(means_); }

  /// Of the account that the call names: the operations for which the principal has the method's
  /// permission. What it is shown is of these.
  Operations operations() const { return operations_; }
  bool May(Operation operation) const { return operations_.Contains(operation); }
  bool MayAll() const { return operations_ == Operations::All(); }

  /// Of any account: the operations for which the principal has the method's permission.
  Operations OperationsIn(std::string_view account) const {
    return OperationsFor(*principal_, permission_, account, now_);
  }

  /// Of a call that names no account: whether the principal has the method's permission for this
  /// one.
  bool MayFor(std::string_view account) const {
    return !OperationsFor(*principal_, permission_, account, now_).empty();
  }

 private:
  friend class Gate;

  std::shared_ptr<const Principal> principal_;
  access::Means means_;
  PrincipalUses::Place place_;
  Permission permission_;
  TimePoint now_;
  Operations operations_;
};

/// Decides about every call of Lethe's services before anything else looks at it. Thread-safe.
class Gate {
 public:
  /// `clock` outlives the gate. An empty observer is told nothing.
  Gate(access::LiveDirectory directory, const Clock& clock, RefusalObserver on_refused = {},
       LimitObserver on_limited = {})
      : directory_(std::move(directory)),
        clock_(clock),
        on_refused_(std::move(on_refused)),
        on_limited_(std::move(on_limited)),
        uses_(clock) {}

  ///   kUnauthenticated   NOT_RECOGNISED: the same whether the credential is missing, wrong or has
  ///                      ended.
  ///   kPermissionDenied  NOT_PERMITTED
  ///   kNotFound          ACCOUNT_NOT_FOUND: the account is none of the principal's; the same as
  ///                      for one that does not exist, and as quick.
  ///   kResourceExhausted PRINCIPAL_LIMIT: it has as many calls in progress as it may.
  template <typename Request>
  Result<Caller> Admit(const grpc::CallbackServerContext& context, const Request& request) const {
    return Admit(context, MethodOf<Request>::kName, AskedBy(request));
  }

  /// For a caller that was admitted, and wants to change what another principal handed over:
  /// kPermissionDenied NOT_PERMITTED.
  template <typename Request>
  Error RefuseOfAnother(const Caller& caller, const Request&) const {
    return RefuseOfAnother(MethodOf<Request>::kName, caller);
  }

  /// Counts what the caller hands over: kResourceExhausted PRINCIPAL_LIMIT, and nothing is counted,
  /// if its principal has reached a limit.
  Status Take(const Caller& caller, std::int64_t identifiers) const;

  /// What was counted was handed over before, or not at all.
  void GiveBack(const Caller& caller, std::int64_t identifiers) const {
    uses_.GiveBack(*caller.principal_, identifiers);
  }

  /// Who makes a call that needs no permission; `method` is its name. kUnauthenticated: as above.
  Result<access::Recognition> Recognise(const grpc::CallbackServerContext& context,
                                        std::string_view method) const;

 private:
  Result<Caller> Admit(const grpc::CallbackServerContext& context, std::string_view method,
                       const Asked& asked) const;
  Error RefuseOfAnother(std::string_view method, const Caller& caller) const;
  Error Limited(const Principal& principal, const LimitReached& reached) const;
  Error Refuse(std::string_view method, access::Refusal cause, std::string_view principal,
               const Asked& asked) const;

  const access::LiveDirectory directory_;
  const Clock& clock_;
  const RefusalObserver on_refused_;
  const LimitObserver on_limited_;
  mutable PrincipalUses uses_;  // Thread-safe, as the next one.
  mutable access::CertificateCache certificates_;
};

}  // namespace lethe::api
