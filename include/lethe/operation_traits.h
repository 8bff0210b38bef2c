#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <initializer_list>

#include "lethe/operation.h"
#include "lethe/time.h"

namespace lethe {

/// Kinds of identifiers.
class KindSet {
 public:
  consteval KindSet(std::initializer_list<IdentifierKind> kinds) {
    for (const IdentifierKind kind : kinds) has_[static_cast<std::size_t>(kind)] = true;
  }

  constexpr bool contains(IdentifierKind kind) const {
    return has_[static_cast<std::size_t>(kind)];
  }

  friend constexpr bool operator==(const KindSet&, const KindSet&) = default;

 private:
  std::array<bool, kAll<IdentifierKind>.size()> has_{};
};

/// When CleverTap has processed what it has accepted; see WindowEnd().
enum class ProcessingWindow {
  k48Hours,        ///< 48 hours later.
  kNextFullNight,  ///< When the account's next night that begins after acceptance has ended.
  kAtOnce,
};

/// How long after a call of unknown effect a repeat still cannot hurt anyone: a person who came
/// back, a phone number's new owner, identities that were merged again. See ResendUntil().
enum class ResendHorizon {
  kNextNight,  ///< Until the account's next night: what CleverTap carries out then has not happened
               ///< before.
  k15Minutes,  ///< Long enough for a restart of Lethe; far shorter than the weeks that carriers
               ///< keep a number from its next owner.
};

/// Everything that depends on the operation, apart from what an adapter translates: those have a
/// switch each, without a default.
struct OperationTraits {
  Operation operation;
  Api api;

  /// Identifiers in one call, and so in one envelope. CleverTap refuses a longer call whole ("Max
  /// 100 are allowed").
  int envelope_capacity;

  /// What CleverTap's endpoint takes (clevertap.com: "Delete User Profile", "Demerge User Profile",
  /// "Disassociate API").
  KindSet kinds;

  /// Whether CleverTap can be asked about the operation without carrying it out (clevertap.com:
  /// "Disassociate API", `dryRun`).
  bool has_dry_run;

  ProcessingWindow window;
  ResendHorizon resend_horizon;  ///< Where an account's configuration sets none.

  /// How old a request may become before it is sent for the first time, where an account's
  /// configuration sets nothing; then an operator decides. See SendUntil().
  milliseconds send_within;

  /// After it an identity may no longer lead to its profile.
  bool unlinks;

  /// Identifiers of these kinds may find no profile after an earlier operation that unlinks;
  /// CleverTap would not say so. See ItemView::unlinked.
  KindSet can_be_unlinked;

  /// Of these kinds the profiles are looked up before the call, where the account verifies: without
  /// that, who came back later cannot be told from who was never erased. See LookPurpose::kCapture.
  KindSet captured;
};

/// A row for each operation, in the order of the enumeration.
inline constexpr auto kOperationTraits = std::to_array<OperationTraits>({
    {.operation = Operation::kErasure,
     .api = Api::kDelete,
     .envelope_capacity = 100,
     .kinds = {IdentifierKind::kIdentity, IdentifierKind::kGuid},
     .has_dry_run = false,
     .window = ProcessingWindow::k48Hours,
     .resend_horizon = ResendHorizon::kNextNight,
     // Half of the month that the law gives, so that an operator has the other half. The longer it
     // waits, the likelier the person has come back meanwhile.
     .send_within = std::chrono::days(14),
     .unlinks = false,
     .can_be_unlinked = {IdentifierKind::kIdentity},
     .captured = {IdentifierKind::kIdentity}},
    {.operation = Operation::kDemerge,
     .api = Api::kDemerge,
     .envelope_capacity = 100,
     .kinds = {IdentifierKind::kIdentity},
     .has_dry_run = false,
     .window = ProcessingWindow::kNextFullNight,
     .resend_horizon = ResendHorizon::kNextNight,
     // As an erasure: people may have been merged anew, and rightly, since the caller asked.
     .send_within = std::chrono::days(14),
     .unlinks = true,
     .can_be_unlinked = {},
     .captured = {}},
    {.operation = Operation::kDisassociation,
     .api = Api::kDisassociate,
     .envelope_capacity = 1000,
     .kinds = {IdentifierKind::kPhone},
     .has_dry_run = true,
     .window = ProcessingWindow::kAtOnce,
     .resend_horizon = ResendHorizon::k15Minutes,
     // A number may go to another customer of the company soon after its owner has left; a weekend
     // and a day of repair must fit.
     .send_within = std::chrono::days(3),
     .unlinks = true,
     .can_be_unlinked = {},
     .captured = {}},
});

/// Whether the table has each operation once, in its place.
consteval bool HasEveryOperation() {
  if (kOperationTraits.size() != kAll<Operation>.size()) return false;
  for (std::size_t i = 0; i < kAll<Operation>.size(); ++i) {
    if (kOperationTraits[i].operation != kAll<Operation>[i]) return false;
  }
  return true;
}
static_assert(HasEveryOperation(),
              "kOperationTraits lacks an operation, or has it in a wrong place");

constexpr const OperationTraits& TraitsOf(Operation operation) {
  return kOperationTraits[static_cast<std::size_t>(operation)];
}

constexpr Api ApiOf(Operation operation) { return TraitsOf(operation).api; }

constexpr int EnvelopeCapacity(Operation operation) {
  return TraitsOf(operation).envelope_capacity;
}

constexpr bool Takes(Operation operation, IdentifierKind kind) {
  return TraitsOf(operation).kinds.contains(kind);
}

constexpr bool HasDryRun(Operation operation) { return TraitsOf(operation).has_dry_run; }

constexpr bool Unlinks(Operation operation) { return TraitsOf(operation).unlinks; }

/// Whether profiles are looked up before a call of the operation; see OperationTraits::captured.
constexpr bool HasCapture(Operation operation) { return TraitsOf(operation).captured != KindSet{}; }

constexpr bool CanBeUnlinked(Operation operation, IdentifierKind kind) {
  return TraitsOf(operation).can_be_unlinked.contains(kind);
}

}  // namespace lethe
