#include "api/server.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <mutex>
#include <string>
#include <utility>

#include "api/calls/call_interceptor.h"
#include "api/gate/access_service.h"
#include "api/gate/gate.h"
#include "api/operators/operator_service.h"
#include "api/port/connection_acceptor.h"
#include "api/port/reflection.h"
#include "api/port/tls_credentials.h"
#include "api/reading/reading_service.h"
#include "api/requests/service.h"
#include "grpc/health/v1/health.pb.h"
#include "lethe/limits.h"
#include "net/listener.h"

namespace lethe::api {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// gRPC itself serves it; to ask for the descriptor is what links it, for reflection to find.
std::string HealthService() {
  return grpc::health::v1::HealthCheckRequest::descriptor()->file()->service(0)->full_name();
}

constexpr int Milliseconds(milliseconds duration) { return static_cast<int>(duration.count()); }

void SetLimits(grpc::ServerBuilder& builder, const ServerLimits& limits) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.streams);
  // gRPC spreads the age by a tenth, so that not all come back at once.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, Milliseconds(limits.connection_age));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                             Milliseconds(limits.connection_grace));
  grpc::ResourceQuota quota("callers");
  quota.Resize(limits.buffers);
  builder.SetResourceQuota(quota);
}

void SetConnectionRules(grpc::ServerBuilder& builder) {
  // A stranger who connects and speaks no HTTP/2 is a connection less for callers.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Milliseconds(seconds(10)));
  // Callers keep idle connections; a dead one is found before its next call would hang on it.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(minutes(1)));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(seconds(20)));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Callers may ping as often as that themselves. gRPC's default of five minutes would close the
  // connection of those that do.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(seconds(10)));
}

using grpc::experimental::ExternalConnectionAcceptor;

/// A way for accepted connections into the server that is to be built.
std::unique_ptr<ExternalConnectionAcceptor> AddWayIn(
    grpc::ServerBuilder& builder, std::shared_ptr<grpc::ServerCredentials> credentials) {
  return builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      std::move(credentials));
}

ConnectionAcceptor::Serve HandTo(ExternalConnectionAcceptor& way_in) {
  return [&way_in](int descriptor) {
    ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.fd = descriptor;
    way_in.HandleNewConnection(&connection);
  };
}

}  // namespace

struct Server::State {
  explicit State(ServerParams params)
      : budget(params.limits.calls),
        watches({.calls = params.limits.watches}),
        gate(std::move(params.directory), params.clock, std::move(params.on_refused),
             std::move(params.on_limited)),
        access(gate, params.clock),
        executor(std::move(params.executor)),
        vendor_executor(std::move(params.vendor_executor)),
        bulk_executor(std::move(params.bulk_executor)),
        operators({.store = params.reviews,
                   .pauses = params.pauses,
                   .recovery = params.recovery,
                   .requests = params.store,
                   .changer = params.changer,
                   .subjects = params.subjects,
                   .clock = params.clock,
                   .executor = Bounded(executor),
                   .gate = gate},
                  params.accounts),
        reading({.lists = params.lists,
                 .clock = params.clock,
                 .executor = Bounded(executor),
                 .gate = gate},
                params.accounts),
        service({.store = params.store,
                 .lists = params.lists,
                 .changer = params.changer,
                 .vendor_check = params.vendor_check,
                 .clock = params.clock,
                 .executor = Bounded(executor),
                 .vendor_executor = Bounded(vendor_executor),
                 .bulk_executor = bulk_executor ? Bounded(bulk_executor) : Executor{},
                 .budget = budget,
                 .gate = gate},
                std::move(params.accounts)) {}

  /// Takes work only while there is no more in progress than may be. Of one of the members.
  Executor Bounded(const Executor& unbounded) {
    return [this, &unbounded](std::function<void()> work) {
      return !budget.Exceeded() && unbounded(std::move(work));
    };
  }

  CallBudget budget;
  CallBudget watches;
  const Gate gate;
  AccessService access;
  const Executor executor;
  const Executor vendor_executor;
  const Executor bulk_executor;
  OperatorService operators;
  ReadingService reading;
  PrivacyRequestService service;
  ReflectionService reflection{
      {v1::PrivacyRequestService::service_full_name(), v1::OperatorService::service_full_name(),
       v1::ReadingService::service_full_name(), v1::AccessService::service_full_name(),
       HealthService(), reflection::ServerReflection::service_full_name()}};
  std::shared_ptr<grpc::ServerCredentials> credentials;  ///< gRPC asks them as long as it serves.
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<ExternalConnectionAcceptor> connections;
  std::unique_ptr<ExternalConnectionAcceptor> own_connections;
  std::unique_ptr<ConnectionAcceptor> acceptor;
  int port = 0;
  std::once_flag shut_down;
};

Result<std::unique_ptr<Server>> Server::Start(ServerParams params) {
  grpc::EnableDefaultHealthCheckService(true);  // for every builder of the process

  auto listener = net::Listener::Open(params.listen);
  if (!listener) {
    return Error{.code = ErrorCode::kFailedPrecondition,
                 .reason = "CANNOT_LISTEN",
                 .message = listener.error().message + "; see grpc.listen"};
  }
  const ServerLimits limits = params.limits;
  const bool has_reflection = params.reflection;
  const Clock& clock = params.clock;
  CallObserver on_finished = std::move(params.on_finished);
  auto credentials = params.tls ? TlsCredentials(*params.tls) : grpc::InsecureServerCredentials();
  auto state = std::make_unique<State>(std::move(params));

  grpc::ServerBuilder builder;
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<CallInterceptorFactory>(std::move(on_finished), clock,
                                                                  state->budget, state->watches));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  SetLimits(builder, limits);
  SetConnectionRules(builder);
  builder.RegisterService(&state->service);
  builder.RegisterService(&state->operators);
  builder.RegisterService(&state->reading);
  builder.RegisterService(&state->access);
  if (has_reflection) builder.RegisterService(&state->reflection);
  state->credentials = std::move(credentials);
  state->connections = AddWayIn(builder, state->credentials);
  state->own_connections = AddWayIn(builder, grpc::InsecureServerCredentials());
  state->server = builder.BuildAndStart();
  if (!state->server) {
    return Error{.code = ErrorCode::kInternal,
                 .reason = "CANNOT_SERVE",
                 .message = "gRPC does not start; what it printed on standard error says why"};
  }
  state->port = listener->port();
  state->acceptor = std::make_unique<ConnectionAcceptor>(*std::move(listener), limits.connections,
                                                         HandTo(*state->connections),
                                                         HandTo(*state->own_connections));
  std::unique_ptr<Server> server(new Server(std::move(state)));
  server->SetServing(true);
  return server;
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { Shutdown(milliseconds(0)); }

int Server::port() const { return state_->port; }

void Server::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface& health = *state_->server->GetHealthCheckService();
  health.SetServingStatus("", serving);
  health.SetServingStatus(v1::PrivacyRequestService::service_full_name(), serving);
  health.SetServingStatus(v1::OperatorService::service_full_name(), serving);
  health.SetServingStatus(v1::ReadingService::service_full_name(), serving);
  health.SetServingStatus(v1::AccessService::service_full_name(), serving);
}

bool Server::Answers(milliseconds deadline) { return state_->acceptor->Answers(deadline); }

std::uint64_t Server::TakeRefusedConnections() { return state_->acceptor->TakeRefused(); }

void Server::Shutdown(milliseconds grace) {
  std::call_once(state_->shut_down, [&] {
    state_->server->GetHealthCheckService()->Shutdown();
    state_->acceptor->Stop();
    state_->server->Shutdown(std::chrono::system_clock::now() + grace);
  });
}

}  // namespace lethe::api
