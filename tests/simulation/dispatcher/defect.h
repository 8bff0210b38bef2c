#pragma once

namespace lethe::simulation {

/// Mistakes that someone could make. Planted to see that the checkers find them.
enum class Defect {
  kNone,
  kForgetsToFence,
  kDropsARun,
  kTakesUnknownForYes,
  kTakesRefusalForYes,
  kForgetsTheHorizon,
  kForgetsWhenItWasAllowed,
  kSendsTwice,
  kSendsOneTooFew,
  kIgnoresTheSlots,
  kIgnoresTheOrder,
  kClosesEarly,
  kNeverRescues,
  kNeverReleases,
  kCountsFreeCalls,
  kRejectsAtFirstRefusal,
  kForgetsWhomItRejected,
  kResumesByItself,
  kTrustsEveryLook,
  kBlocksForOnePayload,
  kNeverHalvesWithoutAnswer,
  kBlocksForAFew,
  kRejectsForCompany,
  kMakesTheCallAThirdTime,
  kTakesConflictForRefusal,
  kTrustsItsOwnClock,
  kDoesNotWaitForTheLastTries,
  kCancelsTooLate,
  kHoldsWhatIsBeingSent,
};

}  // namespace lethe::simulation
