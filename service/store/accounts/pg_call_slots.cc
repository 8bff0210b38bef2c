#include "store/accounts/pg_call_slots.h"

#include <optional>
#include <utility>

#include "lethe/operation_traits.h"
#include "store/accounts/sql.h"

namespace lethe::store {

PgCallSlots::PgCallSlots(std::string holder, const std::vector<Account>& accounts, Pool& pool)
    : holder_(std::move(holder)), pool_(pool) {
  for (const Account& account : accounts) concurrency_[account.name] = account.concurrency;
}

Result<SlotOffer> PgCallSlots::Lease(const Route& route, milliseconds lease) {
  return pool_.With([&](pqxx::connection& connection) -> Result<SlotOffer> {
    pqxx::work work(connection);
    const auto concurrency = concurrency_.find(route.account);
    const auto gate = FirstRow(work, sql::AccountGate{.account = route.account});
    if (concurrency == concurrency_.end() || !gate) return SlotOffer{};
    if (gate->blocked) return SlotOffer{.account_blocked = true};

    const Api api = ApiOf(route.operation);
    sql::FreeSlots free_slots;
    free_slots.routes.Add(
        {.account = route.account, .api = api, .concurrency = concurrency->second, .wanted = 1});
    const auto slot = FirstRow(work, free_slots);
    if (!slot) return SlotOffer{};
    const auto leased = OnlyRow(work, sql::LeaseSlot{.account = route.account,
                                                     .api = api,
                                                     .number = slot->number,
                                                     .holder = holder_,
                                                     .lease = lease});
    work.commit();
    return SlotOffer{.lease = SlotLease{route, slot->number, leased.epoch}};
  });
}

Status PgCallSlots::Free(const SlotLease& lease, milliseconds cool_down) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    sql::FreeLeasedSlot{.account = lease.route.account,
                        .api = ApiOf(lease.route.operation),
                        .number = lease.slot,
                        .epoch = lease.epoch,
                        .cool_down = cool_down}
        .Run(work);
    work.commit();
    return Ok();
  });
}

}  // namespace lethe::store
