#include "cli/commands/access_commands.h"

#include <google/protobuf/util/time_util.h>

#include <string>

#include "cli/client/call.h"
#include "cli/client/channel.h"
#include "cli/output/print.h"
#include "cli/output/words.h"
#include "lethe/v1/access_service.grpc.pb.h"

namespace lethe::cli {
namespace {

using google::protobuf::util::TimeUtil;

/// ` until 2027-06-30T00:00:00Z`; nothing where there is no end.
template <typename Message>
std::string Until(const Message& message) {
  return message.has_expire_time() ? " until " + TimeUtil::ToString(message.expire_time()) : "";
}

std::string Lines(const v1::WhoAmIResponse& who) {
  std::string text = who.principal() + ", recognised by " + who.means() + Until(who) + "\n";
  for (const v1::AccessGrant& grant : who.grants()) {
    text += "  " + grant.role() + " for ";
    for (int i = 0; i < grant.accounts_size(); ++i) {
      const std::string& account = grant.accounts(i);
      text += (i > 0 ? ", " : "") + (account == "accounts/-" ? "every account" : account);
    }
    if (grant.operations_size() < 3) {
      text += ":";
      for (const int operation : grant.operations()) {
        text +=
            " " + Lower(v1::Operation_Name(static_cast<v1::Operation>(operation)), "OPERATION_");
      }
    }
    text += Until(grant) + "\n";
  }
  return text + (who.grants().empty() ? "  nothing is granted now\n" : "");
}

int WhoAmI(const Global& global, const Streams& streams) {
  Call call;
  v1::WhoAmIResponse who;
  const grpc::Status status = v1::AccessService::NewStub(OpenChannel(global.connection))
                                  ->WhoAmI(&call.context, v1::WhoAmIRequest(), &who);
  if (!status.ok()) return Fail(streams, status);
  streams.out << (global.json ? Json(who) : Lines(who));
  return kOk;
}

}  // namespace

std::vector<Command> AddAccessCommands(CLI::App& app) {
  return {{app.add_subcommand("whoami", "Show who you are for the server, and what you may do"),
           &WhoAmI}};
}

}  // namespace lethe::cli
