#include "store/intake/idempotency_keys.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lethe/reasons.h"
#include "store/intake/sql.h"
#include "store/session/sql_errors.h"

namespace lethe::store {
namespace {

using Requests = std::span<const NumberedRequest>;
using Places = std::vector<int>;  ///< Of requests in a flush.
using Found = sql::FindKeys::Row;

/// As which of its two forms a key is written.
using Form = crypto::Bytes KeyForm::*;

/// Inserts the keys of the requests in this form. Returns those whose keys were not new under every
/// MAC key; of these nothing is left.
Places InsertWholeKeys(pqxx::work& work, Requests requests, const Places& places, Form form,
                       TimePoint now) {
  const Form other = form == &KeyForm::key_hmac ? &KeyForm::account_key_hmac : &KeyForm::key_hmac;
  const bool looks_for_other = form == &KeyForm::key_hmac;
  sql::InsertKeys insert{.now = now};
  for (const int place : places) {
    const auto& [id, request] = requests[place];
    for (const KeyForm& one : request->key_forms) {
      insert.keys.Add({.request = place,
                       .principal = request->principal,
                       .key_hmac = one.*form,
                       .request_id = id,
                       .payload_hmac = one.payload_hmac});
      if (!looks_for_other) continue;
      insert.others.Add(
          {.request = place, .principal = request->principal, .key_hmac = one.*other});
    }
  }
  const auto inserted = insert.Run(work);
  std::map<RequestId, std::size_t> counts;
  for (const auto& row : inserted) ++counts[row.request_id];
  Places known;
  std::set<RequestId> in_part;
  for (const int place : places) {
    const auto& [id, request] = requests[place];
    const auto count = counts.find(id);
    if (count != counts.end() && count->second == request->key_forms.size()) continue;
    known.push_back(place);
    if (count != counts.end()) in_part.insert(id);
  }
  if (!in_part.empty()) {
    sql::DeleteKeys take_back;
    for (const auto& row : inserted) {
      if (!in_part.contains(row.request_id)) continue;
      take_back.keys.Add({.principal = row.principal, .key_hmac = row.key_hmac});
    }
    take_back.Run(work);
  }
  return known;
}

std::multimap<int, Found> FindKeys(pqxx::work& work, Requests requests, const Places& places) {
  sql::FindKeys find;
  for (const int place : places) {
    const SealedRequest& request = *requests[place].request;
    for (const KeyForm& form : request.key_forms) {
      for (const crypto::Bytes* key : {&form.key_hmac, &form.account_key_hmac}) {
        find.keys.Add({.request = place, .principal = request.principal, .key_hmac = *key});
      }
    }
  }
  std::multimap<int, Found> found;
  for (Found& row : find.Run(work)) found.emplace(row.request, std::move(row));
  return found;
}

/// The parts of a payload that a row of `request` has as well.
struct Parts {
  std::string_view account;
  Operation operation;
  IdentifierKind kind;
  std::optional<TimePoint> submit_time;
  std::optional<TimePoint> due_time;
};

Parts PartsOf(const SealedRequest& request) {
  const auto& [account, operation, kind, urgency] = request.lane;
  return {account, operation, kind, request.submit_time, request.due_time};
}

/// Of the request that has the key; nothing if its history is gone.
std::optional<Parts> PartsOf(const Found& row, Requests flush) {
  if (row.account) {
    return Parts{*row.account, *row.operation, *row.kind, row.submit_time, row.due_time};
  }
  const auto in_flush = std::ranges::find(flush, row.original, &NumberedRequest::id);
  if (in_flush == flush.end()) return std::nullopt;
  return PartsOf(*in_flush->request);
}

bool HasPayload(const SealedRequest& request, const crypto::Bytes& payload_hmac) {
  return std::ranges::find(request.key_forms, payload_hmac, &KeyForm::payload_hmac) !=
         request.key_forms.end();
}

/// What only the other payload's identifiers can explain is their difference.
std::vector<std::string> Differences(const Parts& first, const Parts& other) {
  std::vector<std::string> fields;
  if (first.operation != other.operation) fields.emplace_back("operation");
  if (first.submit_time != other.submit_time) fields.emplace_back("submit_time");
  if (first.due_time != other.due_time) fields.emplace_back("due_time");
  if (first.kind != other.kind || fields.empty()) fields.emplace_back("identifiers");
  return fields;
}

Error KeyReused(const Parts& first, const Parts& other) {
  Error error{ErrorCode::kAlreadyExists, Text(ErrorReason::kIdempotencyKeyReused), ""};
  std::string names;
  for (std::string& field : Differences(first, other)) {
    names += (names.empty() ? "" : ", ") + field;
    error.violations.push_back(
        {std::move(field), "differs from the first request with this idempotency key"});
  }
  error.message = "this idempotency key was used for a request that differs in " + names +
                  ": use a new key for a new request";
  return error;
}

/// The answer to a request whose key was found; nothing if the key is another account's.
std::optional<Result<Admission>> AnswerOf(const NumberedRequest& request,
                                          std::span<const Found> found, Requests flush) {
  const Parts own = PartsOf(*request.request);
  for (const Found& row : found) {
    // The payload has the account in it.
    if (!HasPayload(*request.request, row.payload_hmac)) continue;
    return Admission{row.original, row.create_time, row.original != request.id};
  }
  for (const Found& row : found) {
    const std::optional<Parts> first = PartsOf(row, flush);
    if (first && first->account == own.account) return KeyReused(*first, own);
  }
  return std::nullopt;
}

}  // namespace

std::vector<bool> FirstOfTheirKeys(std::span<const NumberedRequest> requests) {
  std::vector<bool> first;
  first.reserve(requests.size());
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& [id, request] : requests) {
    // Under any generation: requests of one flush may be sealed with two rings that share one.
    bool is_first = true;
    for (const KeyForm& form : request->key_forms) {
      is_first = seen.emplace(request->principal, form.key_hmac).second && is_first;
    }
    first.push_back(is_first);
  }
  return first;
}

std::vector<std::optional<Result<Admission>>> ClaimKeys(pqxx::work& work,
                                                        std::span<const NumberedRequest> requests,
                                                        TimePoint now) {
  std::vector<std::optional<Result<Admission>>> answers(requests.size());
  Places open(requests.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = static_cast<int>(i);
  for (const Form form : {&KeyForm::key_hmac, &KeyForm::account_key_hmac}) {
    open = InsertWholeKeys(work, requests, open, form, now);
    if (open.empty()) return answers;
    // In a later statement: the one that waited for another transaction's key does not see the row.
    const std::multimap<int, Found> found = FindKeys(work, requests, open);
    std::erase_if(open, [&](int place) {
      std::vector<Found> rows;
      const auto [begin, end] = found.equal_range(place);
      for (auto row = begin; row != end; ++row) rows.push_back(row->second);
      answers[place] = AnswerOf(requests[place], rows, requests);
      return answers[place].has_value();
    });
    if (open.empty()) return answers;
  }
  for (const int place : open) {
    answers[place] = Unavailable("the idempotency key expired at this moment: try again");
  }
  return answers;
}

}  // namespace lethe::store
