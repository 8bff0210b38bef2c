#pragma once

#include <string>

#include "clevertap/answer.h"
#include "lethe/profile_reader.h"

namespace lethe::clevertap {

/// The path and query that look up one profile, with the value encoded.
std::string ProfilePath(const LookUpCall& call);

/// What an exchange that was meant to look up a profile means. Pure and total.
///
/// A person counts as gone only by a whole HTTP 200 of a shape that is known:
///   `success` and an object as `record`  kFound. CleverTap IDs and the earliest event as far as
///                                        they are there; what is odd about them is passed over;
///   `success` and null as `record`       kAbsent;
///   `fail`                               kAbsent, if it has no `record`, and either the code 404,
///                                        or no code and no `error` but one that says that there
///                                        is no such profile. Otherwise what its code means, see
///                                        MeaningOfCode(): kBlocked, kThrottled or kUnknown.
/// A `success` that DeniesSuccess() is kUnknown.
LookUpReply ClassifyLookUp(const Transport& transport);

/// For a call that came to nothing, by what an outcome says of it.
LookUpReply NotAnswered(const VendorReply& reply);

}  // namespace lethe::clevertap
