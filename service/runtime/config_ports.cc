#include "runtime/config_ports.h"

#include <optional>
#include <string>

namespace lethe::runtime {
namespace {

std::optional<Setting> ReadPort(ConfigReader& reader, Section& port, const char* variable,
                                std::string& address, bool& is_insecure, bool speaks_tls) {
  auto listen = reader.Overridden(variable, port.Take("listen"));
  const bool good = reader.Read(listen, address, ParseListen);
  const auto insecure = port.Take("insecure");
  const bool told = reader.Read(insecure, is_insecure, ParseTruth);
  if (speaks_tls && is_insecure) {
    reader.problems().Add(*insecure, "the port speaks TLS: leave it out");
  }
  if (good && told && !speaks_tls && !is_insecure && !IsOfThisMachine(address)) {
    reader.problems().Add(
        *listen,
        "others than this machine reach it, and the port speaks no TLS: give tls, listen on "
        "127.0.0.1, or say insecure: true where something in front of it encrypts");
  }
  return listen;
}

void ReadTls(ConfigReader& reader, Section& port, std::optional<TlsFiles>& out, bool asks_clients) {
  using access::ClientCertificates;
  const bool speaks_tls = port.Has("tls");
  Section tls = port.Child("tls");
  if (!speaks_tls) return;
  TlsFiles& files = out.emplace();
  reader.ReadPath(tls.Require("certificate_file", "the port's certificate, in PEM"),
                  files.certificate_file);
  reader.ReadPath(tls.Require("key_file", "the key of the certificate, in PEM"), files.key_file);
  if (asks_clients) {
    const auto asked = tls.Take("client_certificates");
    const auto ca = tls.Take("client_ca_file");
    const bool good = reader.Read(asked, files.client_certificates,
                                  OneOf({ClientCertificates::kOff, ClientCertificates::kOptional,
                                         ClientCertificates::kRequired}));
    reader.ReadPath(ca, files.client_ca_file);
    const bool off = files.client_certificates == ClientCertificates::kOff;
    if (good && !off && !ca) reader.problems().Add(*asked, "needs client_ca_file");
    if (good && off && ca) {
      reader.problems().Add(*ca, "needs client_certificates: optional or required");
    }
  }
  tls.Close();
}

}  // namespace

void ReadPorts(ConfigReader& reader, Section& root, Config& config) {
  Section grpc = root.Child("grpc");
  ReadPort(reader, grpc, "LETHE_GRPC_LISTEN", config.grpc_listen, config.grpc_insecure,
           grpc.Has("tls"));
  reader.Read(grpc.Take("reflection"), config.grpc_reflection, ParseTruth);
  ReadTls(reader, grpc, config.grpc_tls, /*asks_clients=*/true);
  grpc.Close();

  Section operations = root.Child("operations");
  const auto listen =
      ReadPort(reader, operations, "LETHE_OPERATIONS_LISTEN", config.operations_listen,
               config.operations_insecure, operations.Has("tls"));
  ReadTls(reader, operations, config.operations_tls, /*asks_clients=*/false);
  operations.Close();
  if (listen && config.operations_listen == config.grpc_listen &&
      !config.grpc_listen.ends_with(":0")) {
    reader.problems().Add(*listen, "must differ from grpc.listen");
  }
}

}  // namespace lethe::runtime
