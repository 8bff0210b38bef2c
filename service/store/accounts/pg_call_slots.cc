#include "store/accounts/pg_call_slots.h"

#include <optional>
#include <utility>

#include "lethe/operation_traits.h"
#include "store/accounts/sql.h"

namespace lethe::store {
namespace {

bool MayCall(std::optional<Resume> route_resume_by, const LeaseParams& params) {
  return !route_resume_by || (params.though_route_blocked && route_resume_by == Resume::kBatch);
}

}  // namespace

PgCallSlots::PgCallSlots(std::string holder, const std::vector<Account>& accounts, Pool& pool)
    : holder_(std::move(holder)), pool_(pool) {
  for (const Account& account : accounts) concurrency_[account.name] = account.concurrency;
}

Result<SlotOffer> PgCallSlots::Lease(const LeaseParams& params) {
  return pool_.With([&](pqxx::connection& connection) -> Result<SlotOffer> {
    pqxx::work work(connection);
    const Route& route = params.route;
    const Api api = ApiOf(route.operation);
    const auto concurrency = concurrency_.find(route.account);
    const auto gate = FirstRow(work, sql::AccountGate{.account = route.account, .api = api});
    if (concurrency == concurrency_.end() || !gate) return SlotOffer{};
    if (gate->account_blocked || !MayCall(gate->route_resume_by, params)) {
      return SlotOffer{.blocked = true};
    }

    sql::FreeSlots free_slots;
    free_slots.routes.Add(
        {.account = route.account, .api = api, .concurrency = concurrency->second, .wanted = 1});
    const auto slot = FirstRow(work, free_slots);
    if (!slot) return SlotOffer{};
    const auto leased = OnlyRow(work, sql::LeaseSlot{.account = route.account,
                                                     .api = api,
                                                     .number = slot->number,
                                                     .holder = holder_,
                                                     .lease = params.lease});
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
