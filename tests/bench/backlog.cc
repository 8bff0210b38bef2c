#include "bench/backlog.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "support/api_client.h"

namespace lethe::bench {
namespace {

using std::chrono::steady_clock;

constexpr int kIdentifiersPerRequest = 1000;
constexpr std::chrono::minutes kLongestDrain{10};
/// The times are the database's own, so this is only about not being felt.
constexpr std::chrono::milliseconds kBetweenLooks{50};

v1::CreatePrivacyRequestRequest MakeErasure(const Fill& fill, int number) {
  v1::CreatePrivacyRequestRequest request;
  const auto account = static_cast<std::size_t>(number) % fill.accounts.size();
  request.set_parent("accounts/" + fill.accounts[account]);
  const int first = fill.first + number * kIdentifiersPerRequest;
  request.set_idempotency_key("from-" + std::to_string(first));
  for (int i = first; i < first + kIdentifiersPerRequest; ++i) {
    request.mutable_erasure()->add_identities("user-" + std::to_string(i) + "@example.com");
  }
  return request;
}

}  // namespace

std::vector<std::string> AccountNames(const std::string& name, int count) {
  std::vector<std::string> names;
  for (int i = 1; i <= count; ++i) names.push_back(name + "-" + std::to_string(i));
  return names;
}

void HandOver(const Fill& fill) {
  const int requests = fill.identifiers / kIdentifiersPerRequest;
  std::atomic<int> next{0};
  std::atomic<bool> refused{false};
  std::vector<std::thread> callers;
  for (const int port : fill.ports) {
    for (int caller = 0; caller < fill.callers_per_port; ++caller) {
      callers.emplace_back([&, port] {
        const test::ApiClient client(port);
        for (int number; (number = next++) < requests && !refused;) {
          if (!client.Create(MakeErasure(fill, number)).ok()) refused = true;
        }
      });
    }
  }
  for (std::thread& caller : callers) caller.join();
  if (refused) throw std::runtime_error("a request of the backlog was refused");
}

double WaitUntilRecorded(const BenchDatabase& database, int identifiers) {
  pqxx::connection connection(database.owner_url());
  pqxx::nontransaction work(connection);
  const auto is_under_way = [&] {
    return work
        .exec1(
            "select exists (select from batch where state in ('open', 'ready')) "
            "or exists (select from slot where envelope is not null)")[0]
        .as<bool>();
  };
  for (const auto end = steady_clock::now() + kLongestDrain; is_under_way();) {
    if (steady_clock::now() > end) throw std::runtime_error("the backlog does not get shorter");
    std::this_thread::sleep_for(kBetweenLooks);
  }
  const auto sum = work.exec1(
      "select coalesce(sum(hi - lo + 1), 0) from batch where state in ('accepted', 'done')");
  if (sum[0].as<int>() != identifiers) throw std::runtime_error("identifiers are missing");
  return database
      .Run(
          "select sum(hi - lo + 1) / extract(epoch from max(finished_at) - min(started_at)) "
          "from attempt")[0][0]
      .as<double>();
}

}  // namespace lethe::bench
