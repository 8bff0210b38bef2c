#include "store/accounts/pg_call_slots.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "store/base/account_statements.h"
#include "store/base/statements.h"
#include "store/base/values.h"

namespace lethe::store {
namespace {

std::string ApiName(const Route& route) { return std::string(Name(ApiOf(route.operation))); }

}  // namespace

PgCallSlots::PgCallSlots(std::string holder, const std::vector<Account>& accounts, Pool& pool)
    : holder_(std::move(holder)), pool_(pool) {
  for (const Account& account : accounts) concurrency_[account.name] = account.concurrency;
}

Result<SlotOffer> PgCallSlots::Lease(const Route& route, milliseconds lease) {
  return pool_.With([&](pqxx::connection& connection) -> Result<SlotOffer> {
    pqxx::work work(connection);
    const auto concurrency = concurrency_.find(route.account);
    const auto gate = work.exec_prepared(kAccountGate.name, route.account);
    if (concurrency == concurrency_.end() || gate.empty()) return SlotOffer{};
    if (gate[0][0].as<bool>()) return SlotOffer{.account_blocked = true};

    const auto slot =
        work.exec_prepared(kFreeSlots.name, ArrayOf(route.account), ArrayOf(ApiName(route)),
                           "{" + std::to_string(concurrency->second) + "}", "{1}");
    if (slot.empty()) return SlotOffer{};
    const int number = slot[0][1].as<int>();
    const auto leased = work.exec_prepared1(kLeaseSlot.name, route.account, ApiName(route), number,
                                            holder_, lease.count());
    work.commit();
    return SlotOffer{.lease = SlotLease{route, number, leased[0].as<std::int64_t>()}};
  });
}

Status PgCallSlots::Free(const SlotLease& lease, milliseconds cool_down) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    work.exec_prepared(kFreeLeasedSlot.name, lease.route.account, ApiName(lease.route), lease.slot,
                       lease.epoch, cool_down.count());
    work.commit();
    return Ok();
  });
}

}  // namespace lethe::store
