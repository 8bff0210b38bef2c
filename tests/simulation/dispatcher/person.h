#pragma once

#include <span>
#include <string>

#include "lethe/request_change.h"
#include "lethe/review.h"
#include "simulation/dispatcher/stage.h"

namespace lethe::simulation {

/// An operator, who looks from time to time and decides what waits for a person. Knows CleverTap's
/// dashboard, so decisions are right.
class Person {
 public:
  explicit Person(Stage& stage) : stage_(stage) {}

  /// Until all is over.
  void Work();

  /// Cancels, holds and releases at any moment, until the storm is over; then nothing is on hold.
  void ChangeMinds();

 private:
  void Change(EnvelopeId envelope, RequestChange change, std::span<const int> positions);
  void ResolveReviews();
  void Resolve(const fakes::BatchRow& review);
  ReviewDecision DecisionOn(const fakes::BatchRow& review, const ReviewFacts& facts);
  bool KillsItsSender(const fakes::BatchRow& review) const;
  bool IsHopeless(const fakes::BatchRow& review) const;
  void ResumeAccounts();
  void NoteRejections(const std::string& account);
  bool HoldsOnlyPoison(const std::string& account) const;

  Stage& stage_;
};

}  // namespace lethe::simulation
