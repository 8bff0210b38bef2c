#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/queue_rows.h"
#include "lethe/audit.h"
#include "lethe/delivery_queue.h"
#include "lethe/request_changer.h"

namespace lethe::contract {

using fakes::BatchRow;
using namespace std::chrono_literals;

/// A store with the account `acme`, whose clock stands still between calls of Advance().
class ChangerHarness {
 public:
  virtual ~ChangerHarness() = default;

  virtual RequestChanger& changer() = 0;
  virtual DeliveryQueue& queue() = 0;

  /// Keeps an erasure of so many people of `acme`. Its items have envelopes to themselves if
  /// `closed`; else they are in one that may still grow.
  virtual RequestId Add(int size, bool closed) = 0;
  virtual RequestId AddDemergeOfTheSame(RequestId erasure) = 0;

  /// An operator decides on what needs a review now: it is sent again.
  virtual void SendReviewsAgain() = 0;

  virtual TimePoint Now() const = 0;
  virtual void Advance(milliseconds by) = 0;
  virtual std::vector<BatchRow> Batches() = 0;   ///< By envelope and first position.
  virtual std::vector<Operator> Deciders() = 0;  ///< Of each change that changed something.
};

struct ChangerImplementation {
  std::string name;
  std::unique_ptr<ChangerHarness> (*make)();

  friend void PrintTo(const ChangerImplementation& tested, std::ostream* out) {
    *out << tested.name;
  }
};

/// What every implementation of RequestChanger promises.
class RequestChangerContract : public testing::TestWithParam<ChangerImplementation> {
 protected:
  ChangerHarness& at() { return *harness_; }

  RequestId Add(int size = 3, bool closed = true) { return at().Add(size, closed); }

  Result<ChangeCounts> Change(RequestId request, RequestChange change,
                              std::vector<int> ordinals = {}, bool preview = false) {
    return at().changer().Change({.by = by_,
                                  .account = "acme",
                                  .request = request,
                                  .ordinals = ordinals,
                                  .change = change,
                                  .preview = preview});
  }
  std::string Cancel(RequestId request, std::vector<int> ordinals = {}) {
    return Counted(Change(request, RequestChange::kCancel, std::move(ordinals)));
  }
  std::string Hold(RequestId request, std::vector<int> ordinals = {}) {
    return Counted(Change(request, RequestChange::kHold, std::move(ordinals)));
  }
  std::string ReleaseIt(RequestId request, std::vector<int> ordinals = {}) {
    return Counted(Change(request, RequestChange::kRelease, std::move(ordinals)));
  }

  /// `changed 2, being_sent 1`, or the error's reason.
  static std::string Counted(const Result<ChangeCounts>& counts) {
    if (!counts.ok()) return counts.error().reason;
    std::string text;
    for (const ChangeEffect effect : kAll<ChangeEffect>) {
      if ((*counts)[effect] == 0) continue;
      text += (text.empty() ? "" : ", ") + std::string(Name(effect)) + ' ' +
              std::to_string((*counts)[effect]);
    }
    return text;
  }

  std::optional<Claim> Take(Operation operation = Operation::kErasure) {
    auto taken = at().queue().TakeBatch({.route = {"acme", operation}, .linger = 2s, .lease = 30s});
    if (taken.ok()) return *std::move(taken);
    ADD_FAILURE() << taken.error().reason << ": " << taken.error().message;
    return std::nullopt;
  }

  void Record(const Claim& claim, OutcomeClass outcome, Transition transition) {
    transition.span = claim.facts.span;
    const auto recorded = at().queue().Record(claim, {.outcome = outcome, .http_status = 200},
                                              {.transitions = {std::move(transition)}});
    ASSERT_TRUE(recorded.ok());
    ASSERT_EQ(*recorded, Recorded::kApplied);
  }
  void Accept(const Claim& claim) {
    Record(claim, OutcomeClass::kAccepted,
           {.span = {},
            .to = BatchState::kAccepted,
            .accepted_at = at().Now(),
            .window_end = at().Now() + 48h});
  }

  /// `0-1 ready`, with the reason if there is one.
  std::vector<std::string> Batches() {
    std::vector<std::string> texts;
    for (const BatchRow& row : at().Batches()) {
      texts.push_back(std::to_string(row.span.lo) + '-' + std::to_string(row.span.hi) + ' ' +
                      std::string(Name(row.state)) + (row.reason.empty() ? "" : ' ' + row.reason));
    }
    return texts;
  }

  const Operator by_{.principal = "jane", .justification = "asked by mistake, ticket 7"};

 private:
  std::unique_ptr<ChangerHarness> harness_ = GetParam().make();
};

inline std::string NameOfChanger(const testing::TestParamInfo<ChangerImplementation>& info) {
  return info.param.name;
}

}  // namespace lethe::contract
