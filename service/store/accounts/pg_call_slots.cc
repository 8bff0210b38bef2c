#include "store/accounts/pg_call_slots.h"

#include <optional>
#include <utility>

#include "lethe/operation_traits.h"
#include "lethe/reasons.h"
#include "lethe/recovery.h"
#include "store/accounts/sql.h"

namespace lethe::store {

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
    if (gate->paused) return SlotOffer{.paused = true};
    if (params.for_control ? gate->control_blocked : gate->blocked) {
      return SlotOffer{.blocked = true};
    }

    sql::FreeSlots free_slots{.losses_matter_for = kLossesMatterFor};
    free_slots.routes.Add({.account = route.account,
                           .slots_of = gate->slots_of,
                           .api = api,
                           .concurrency = concurrency->second,
                           .wanted = 1});
    const auto slot = FirstRow(work, free_slots);
    if (!slot) return SlotOffer{};
    SlotOffer offer{.lease = LeaseOne(work, params, gate->slots_of, slot->number)};
    if (offer.lease) work.commit();
    return offer;
  });
}

std::optional<SlotLease> PgCallSlots::LeaseOne(pqxx::work& work, const LeaseParams& params,
                                               const std::string& slots_of, int slot) const {
  const Route& route = params.route;
  const Api api = ApiOf(route.operation);
  if (params.for_control) {
    const auto leased = FirstRow(work, sql::LeaseControlSlot{.slots_of = slots_of,
                                                             .api = api,
                                                             .number = slot,
                                                             .holder = holder_,
                                                             .lease = params.lease});
    if (!leased) return std::nullopt;
    return SlotLease{route, slot, leased->epoch, leased->leased_at, slots_of};
  }
  const auto leased = OnlyRow(work, sql::LeaseSlot{.slots_of = slots_of,
                                                   .api = api,
                                                   .number = slot,
                                                   .holder = holder_,
                                                   .lease = params.lease});
  return SlotLease{route, slot, leased.epoch, leased.leased_at, slots_of};
}

Status PgCallSlots::Free(const SlotLease& lease, const SlotEnd& end) {
  return pool_.WithRetry([&](pqxx::connection& connection) -> Status {
    pqxx::work work(connection);
    const Api api = ApiOf(lease.route.operation);
    const bool accepted = end.control == OutcomeClass::kAccepted;
    const std::string& account = lease.route.account;
    const sql::FreeLeasedSlot free{.slots_of = lease.slots_of,
                                   .api = api,
                                   .number = lease.slot,
                                   .epoch = lease.epoch,
                                   .cool_down = end.cool_down,
                                   .control_accepted = accepted,
                                   .control_refused = end.control == OutcomeClass::kRefused};
    if (FirstRow(work, free) && accepted) {
      // Claims and new blocks lock the account before its route. So does this, or two of them could
      // wait for each other.
      const bool ended =
          FirstRow(work, sql::EndBlockByCall{.account = account, .started_at = lease.leased_at})
              .has_value();
      sql::ReopenRoute{.account = account,
                       .api = api,
                       .started_at = lease.leased_at,
                       .endpoint = Name(BlockReason::kEndpoint)}
          .Run(work);
      if (ended) sql::FreeRefused{.account = account}.Run(work);
    }
    work.commit();
    return Ok();
  });
}

}  // namespace lethe::store
