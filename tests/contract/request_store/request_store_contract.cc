#include "contract/request_store/request_store_contract.h"

#include <gmock/gmock.h>

#include <array>
#include <functional>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "lethe/limits.h"

namespace lethe {

Result<Admission> RequestStoreContract::Submit(NewRequest request) {
  std::promise<Result<Admission>> answer;
  store().Submit(std::move(request),
                 [&](Result<Admission> result) { answer.set_value(std::move(result)); });
  return answer.get_future().get();
}

namespace {

using std::chrono::hours;
using testing::ElementsAre;

NewRequest Erasure(const std::string& key, const std::vector<std::string>& identities) {
  NewRequest request{.principal = "anonymous",
                     .account = "acme",
                     .idempotency_key = key,
                     .operation = Operation::kErasure,
                     .kind = IdentifierKind::kIdentity,
                     .items = {},
                     .submit_time = {},
                     .due_time = {}};
  for (const std::string& identity : identities) {
    request.items.push_back({Identifier(identity), static_cast<int>(request.items.size())});
  }
  return request;
}

std::vector<std::string> Many(int count) {
  std::vector<std::string> identities;
  for (int i = 0; i < count; ++i) identities.push_back("user-" + std::to_string(i));
  return identities;
}

std::vector<RequestId> Ids(const Page<RequestView>& page) {
  std::vector<RequestId> ids;
  for (const RequestView& row : page.rows) ids.push_back(row.id);
  return ids;
}

std::vector<int> Ordinals(const Page<ItemView>& page) {
  std::vector<int> ordinals;
  for (const ItemView& row : page.rows) ordinals.push_back(row.ordinal);
  return ordinals;
}

TEST_P(RequestStoreContract, ShowsWhatItHasKept) {
  NewRequest request = Erasure("k", {"ann", "bob"});
  request.items[1].ordinal = 3;
  request.duplicate_count = 2;
  request.submit_time = TimePoint(hours(480'000)) + std::chrono::microseconds(7);
  request.due_time = *request.submit_time + hours(720);
  const auto admission = Submit(request);
  ASSERT_TRUE(admission) << admission.error().message;
  EXPECT_FALSE(admission->repeated);

  const auto view = store().Get("acme", admission->id);
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->id, admission->id);
  EXPECT_EQ(view->account, "acme");
  EXPECT_EQ(view->principal, "anonymous");
  EXPECT_EQ(view->operation, Operation::kErasure);
  EXPECT_EQ(view->kind, IdentifierKind::kIdentity);
  EXPECT_EQ(view->item_count, 2);
  EXPECT_EQ(view->duplicate_count, 2);
  EXPECT_EQ(view->counts.total(), 2);
  EXPECT_EQ(DeriveState(view->counts, view->item_count), RequestState::kQueued);
  EXPECT_EQ(view->create_time, admission->create_time);
  EXPECT_EQ(view->submit_time, request.submit_time);
  EXPECT_EQ(view->due_time, request.due_time);
  EXPECT_EQ(view->last_window_end, std::nullopt);
  EXPECT_EQ(view->last_finished_at, std::nullopt);

  const auto items = store().ListItems({"acme", admission->id, -1, 10});
  ASSERT_TRUE(items) << items.error().message;
  EXPECT_THAT(Ordinals(*items), ElementsAre(0, 3));
  EXPECT_FALSE(items->more);
  EXPECT_EQ(items->rows[0].attempt_count, 0);
  EXPECT_EQ(items->rows[0].reason, "");
}

TEST_P(RequestStoreContract, IsDueAtTheEndOfTheLegalTermWhereTheCallerSaysNothing) {
  const TimeZone kolkata = TimeZone::Find("Asia/Kolkata").value();
  NewRequest request = Erasure("k", {"ann"});
  request.due_by_law = {.term = {.months = 1}, .zone = kolkata};
  const auto admission = Submit(request);
  ASSERT_TRUE(admission) << admission.error().message;
  EXPECT_EQ(store().Get("acme", admission->id)->due_time,
            EndOfTerm({.months = 1}, admission->create_time, kolkata));

  // It is no part of the payload: a repeat comes later, or under another law.
  request.due_by_law = {.term = {.days = 45}, .zone = kolkata};
  EXPECT_TRUE(Submit(request)->repeated);
  request.submit_time = TimePoint(hours(480'000));
  const auto refused = Submit(request);
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().violations.size(), 1U);
  EXPECT_EQ(refused.error().violations[0].field, "submit_time");

  request.idempotency_key = "another";
  const auto asked_before = Submit(request);
  ASSERT_TRUE(asked_before);
  EXPECT_EQ(store().Get("acme", asked_before->id)->due_time,
            EndOfTerm({.days = 45}, *request.submit_time, kolkata));
}

TEST_P(RequestStoreContract, GivesTheRejectedItemsForARetry) {
  NewRequest request = Erasure("k", {"ann", "bob"});
  request.items[1].ordinal = 3;
  const RequestId id = Submit(request)->id;
  const auto rejected = [&](std::vector<int> ordinals, const char* account = "acme") {
    return store().RejectedItems({.account = account, .request = id, .ordinals = ordinals});
  };
  EXPECT_EQ(rejected({}).error().reason, "NOT_REJECTED");
  Settle(id, BatchState::kRejected);
  const auto all = rejected({});
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].identifier, Identifier("ann"));
  EXPECT_EQ((*all)[1].ordinal, 3);
  const auto one = rejected({3});
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ((*one)[0].identifier, Identifier("bob"));
  EXPECT_EQ(rejected({3, 1}).error().reason, "ITEM_NOT_FOUND");
  EXPECT_EQ(rejected({}, "globex").error().reason, "REQUEST_NOT_FOUND");
  Settle(id, BatchState::kDone);
  EXPECT_EQ(rejected({3}).error().reason, "NOT_REJECTED");
}

TEST_P(RequestStoreContract, ARetryNamesTheOldRequestAndARepeatOfItMeansTheSame) {
  const RequestId old = Submit(Erasure("k", {"ann", "bob"}))->id;
  Settle(old, BatchState::kRejected);
  NewRequest retry = Erasure("again", {"ann", "bob"});
  retry.retry_of = old;
  const auto admission = Submit(retry);
  ASSERT_TRUE(admission) << admission.error().message;
  EXPECT_EQ(store().Get("acme", admission->id)->retry_of, old);
  EXPECT_EQ(store().Get("acme", old)->retry_of, std::nullopt);
  EXPECT_EQ(store().Get("acme", old)->counts[BatchState::kRejected], 2);

  // What is rejected may have become more since: the repeat is the same all the same.
  retry.items.pop_back();
  const auto repeated = Submit(retry);
  ASSERT_TRUE(repeated) << repeated.error().message;
  EXPECT_TRUE(repeated->repeated);
  EXPECT_EQ(repeated->id, admission->id);
  retry.retried_ordinals = {0};
  EXPECT_EQ(Submit(retry).error().reason, "IDEMPOTENCY_KEY_REUSED");
}

TEST_P(RequestStoreContract, ExtendsADueTimeAsOftenAndLongAsTheLawAllows) {
  const TimeZone utc = TimeZone::Find("UTC").value();
  NewRequest request = Erasure("k", {"ann"});
  request.due_by_law = {.term = {.months = 1}, .zone = utc};
  const auto admission = Submit(request);
  const TimePoint due = *store().Get("acme", admission->id)->due_time;
  const Operator jane{.principal = "jane", .justification = "OPS-17"};
  const auto extend = [&](TimePoint to, bool preview = false, const char* account = "acme") {
    const Status status = store().ExtendDueTime({.by = jane,
                                                 .account = account,
                                                 .request = admission->id,
                                                 .due_time = to,
                                                 .terms = kDefaultLegalTerms,
                                                 .zone = utc,
                                                 .now = admission->create_time,
                                                 .preview = preview});
    return status ? std::string("OK") : status.error().reason;
  };
  const TimePoint longest = EndOfTerm(kDefaultLegalTerms.extension, due, utc);
  EXPECT_EQ(extend(longest + std::chrono::microseconds(1)), "EXTENSION_REFUSED");
  EXPECT_EQ(extend(due), "EXTENSION_REFUSED");
  EXPECT_EQ(extend(longest, false, "globex"), "REQUEST_NOT_FOUND");
  EXPECT_EQ(extend(longest, true), "OK");
  EXPECT_EQ(store().Get("acme", admission->id)->due_time, due);
  EXPECT_EQ(extend(longest), "OK");
  EXPECT_EQ(store().Get("acme", admission->id)->due_time, longest);
  EXPECT_EQ(extend(longest + hours(1)), "EXTENSION_REFUSED");
  EXPECT_TRUE(Submit(request)->repeated);
}

TEST_P(RequestStoreContract, KeepsEveryOperationAndKind) {
  const auto keep = [&](Operation operation, IdentifierKind kind) {
    NewRequest request = Erasure(
        "k" + std::to_string(static_cast<int>(operation)) + std::to_string(static_cast<int>(kind)),
        {"+4915112345678"});
    request.operation = operation;
    request.kind = kind;
    const auto admission = Submit(std::move(request));
    ASSERT_TRUE(admission) << admission.error().message;
    const auto view = store().Get("acme", admission->id);
    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(view->operation, operation);
    EXPECT_EQ(view->kind, kind);
  };
  keep(Operation::kErasure, IdentifierKind::kIdentity);
  keep(Operation::kErasure, IdentifierKind::kGuid);
  keep(Operation::kDemerge, IdentifierKind::kIdentity);
  keep(Operation::kDisassociation, IdentifierKind::kPhone);
}

TEST_P(RequestStoreContract, KeepsTextsWithQuotesAndSql) {
  const std::vector<std::string> hard = {"'; drop table request; --",
                                         "{\"a,b\"}",
                                         "back\\slash",
                                         "\"",
                                         "a,b",
                                         "NULL",
                                         "\xF0\x9F\x98\x80",
                                         std::string(4 * kMaxIdentityCharacters, 'x')};
  const auto admission = Submit(Erasure("key with 'quotes' and \\", hard));
  ASSERT_TRUE(admission) << admission.error().message;
  const auto again = Submit(Erasure("key with 'quotes' and \\", hard));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->repeated);
}

TEST_P(RequestStoreContract, AnswersARepeatWithTheOriginal) {
  const auto first = Submit(Erasure("k", {"ann", "bob"}));
  const auto second = Submit(Erasure("k", {"ann", "bob"}));
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(second->repeated);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->create_time, first->create_time);
  EXPECT_EQ(Ids(store().ListRequests({"acme", {}, 10}).value()).size(), 1u);
}

TEST_P(RequestStoreContract, RefusesTheKeyOfAnotherPayload) {
  ASSERT_TRUE(Submit(Erasure("k", {"ann", "bob"})));
  std::vector<NewRequest> others(7, Erasure("k", {"ann", "bob"}));
  others[0].items.pop_back();
  others[1].items[1].identifier = Identifier("eve");
  others[2].duplicate_count = 1;
  others[3].operation = Operation::kDemerge;
  others[4].kind = IdentifierKind::kGuid;
  others[5].submit_time = TimePoint(hours(480'000));
  others[6].due_time = TimePoint(hours(480'000));
  for (std::size_t i = 0; i < others.size(); ++i) {
    const auto refused = Submit(others[i]);
    ASSERT_FALSE(refused) << i;
    EXPECT_EQ(refused.error().code, ErrorCode::kAlreadyExists) << i;
    EXPECT_EQ(refused.error().reason, "IDEMPOTENCY_KEY_REUSED") << i;
    EXPECT_EQ(refused.error().message.find("eve"), std::string::npos) << i;
  }
  EXPECT_EQ(Ids(store().ListRequests({"acme", {}, 10}).value()).size(), 1u);
}

TEST_P(RequestStoreContract, NamesWhatDiffersFromTheFirstRequestWithTheKey) {
  NewRequest first = Erasure("k", {"ann", "bob"});
  first.submit_time = TimePoint(hours(480'000));
  first.due_time = TimePoint(hours(480'720));
  ASSERT_TRUE(Submit(first));
  const auto differs_in = [&](const std::function<void(NewRequest&)>& change) {
    NewRequest other = first;
    change(other);
    const auto refused = Submit(std::move(other));
    std::vector<std::string> fields;
    if (refused) return fields;
    for (const FieldViolation& violation : refused.error().violations) {
      fields.push_back(violation.field);
      EXPECT_NE(refused.error().message.find(violation.field), std::string::npos);
    }
    return fields;
  };
  EXPECT_THAT(differs_in([](auto& r) { r.due_time.reset(); }), ElementsAre("due_time"));
  EXPECT_THAT(differs_in([](auto& r) { *r.submit_time += hours(1); }), ElementsAre("submit_time"));
  EXPECT_THAT(differs_in([](auto& r) { r.operation = Operation::kDemerge; }),
              ElementsAre("operation"));
  EXPECT_THAT(differs_in([](auto& r) { r.items.pop_back(); }), ElementsAre("identifiers"));
  EXPECT_THAT(differs_in([](auto& r) { r.kind = IdentifierKind::kGuid; }),
              ElementsAre("identifiers"));
  EXPECT_THAT(differs_in([](auto& r) {
                r.submit_time.reset();
                r.due_time.reset();
              }),
              ElementsAre("submit_time", "due_time"));
}

TEST_P(RequestStoreContract, GivesEveryAccountItsOwnKeys) {
  const auto at = [this](const std::string& account, const std::string& person) {
    NewRequest request = Erasure("k", {person});
    request.account = account;
    return Submit(std::move(request));
  };
  const auto acme = at("acme", "ann");
  const auto globex = at("globex", "ann");
  ASSERT_TRUE(acme) << acme.error().message;
  ASSERT_TRUE(globex) << globex.error().message;
  EXPECT_FALSE(globex->repeated);
  EXPECT_NE(globex->id, acme->id);
  for (const auto& [account, first] : {std::pair("acme", *acme), std::pair("globex", *globex)}) {
    const auto repeat = at(account, "ann");
    ASSERT_TRUE(repeat) << repeat.error().message;
    EXPECT_TRUE(repeat->repeated);
    EXPECT_EQ(repeat->id, first.id);
    const auto reused = at(account, "bob");
    ASSERT_FALSE(reused);
    EXPECT_EQ(reused.error().reason, "IDEMPOTENCY_KEY_REUSED");
  }
}

TEST_P(RequestStoreContract, KeepsOneOfEachAccountOfManyThatRaceWithOneKey) {
  constexpr int kRivals = 12;
  std::vector<std::optional<Result<Admission>>> answers(kRivals);
  {
    std::vector<std::jthread> rivals;
    for (int i = 0; i < kRivals; ++i) {
      rivals.emplace_back([&, i] {
        NewRequest request = Erasure("k", {"ann"});
        request.account = i % 2 == 0 ? "acme" : "globex";
        answers[i] = Submit(std::move(request));
      });
    }
  }
  std::array<std::set<RequestId>, 2> ids;
  for (int i = 0; i < kRivals; ++i) {
    ASSERT_TRUE(*answers[i]) << answers[i]->error().message;
    ids[i % 2].insert((*answers[i])->id);
  }
  EXPECT_EQ(ids[0].size(), 1u);
  EXPECT_EQ(ids[1].size(), 1u);
  EXPECT_NE(ids[0], ids[1]);
}

TEST_P(RequestStoreContract, TellsPayloadsApartThatDifferInWhereIdentifiersEnd) {
  ASSERT_TRUE(Submit(Erasure("k", {"ab", "c"})));
  const auto refused = Submit(Erasure("k", {"a", "bc"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "IDEMPOTENCY_KEY_REUSED");
}

TEST_P(RequestStoreContract, GivesEveryPrincipalItsOwnKeys) {
  const auto one = Submit(Erasure("k", {"ann"}));
  NewRequest request = Erasure("k", {"bob"});
  request.principal = "someone-else";
  const auto other = Submit(std::move(request));
  ASSERT_TRUE(one) << one.error().message;
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_FALSE(other->repeated);
  EXPECT_NE(other->id, one->id);
}

TEST_P(RequestStoreContract, TreatsKeysThatDifferInCaseAsTwo) {
  ASSERT_TRUE(Submit(Erasure("k", {"ann"})));
  const auto other = Submit(Erasure("K", {"ann"}));
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_FALSE(other->repeated);
}

TEST_P(RequestStoreContract, KeepsOneOfManyThatRaceWithOneKey) {
  constexpr int kRivals = 8;
  std::vector<std::optional<Result<Admission>>> answers(kRivals);
  {
    std::vector<std::jthread> rivals;
    for (int i = 0; i < kRivals; ++i) {
      rivals.emplace_back([&, i] { answers[i] = Submit(Erasure("k", {"ann"})); });
    }
  }
  std::set<RequestId> ids;
  int fresh = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(*answer) << answer->error().message;
    ids.insert((*answer)->id);
    if (!(*answer)->repeated) ++fresh;
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(fresh, 1);
}

TEST_P(RequestStoreContract, KeepsAllOfManyRequestsAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  {
    std::vector<std::jthread> callers;
    for (int t = 0; t < kThreads; ++t) {
      callers.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const std::string name = std::to_string(t) + "-" + std::to_string(i);
          EXPECT_TRUE(Submit(Erasure(name, {name, name + "'"})));
        }
      });
    }
  }
  const auto page = store().ListRequests({"acme", {}, kMaxPageSize});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->rows.size(), std::size_t{kThreads * kEach});
  for (const RequestView& row : page->rows) EXPECT_EQ(row.counts.total(), 2);
}

TEST_P(RequestStoreContract, KeepsTheLargestRequestWhole) {
  const auto admission = Submit(Erasure("k", Many(kMaxIdentifiersPerRequest)));
  ASSERT_TRUE(admission) << admission.error().message;
  const auto view = store().Get("acme", admission->id);
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->item_count, kMaxIdentifiersPerRequest);
  EXPECT_EQ(view->counts.total(), kMaxIdentifiersPerRequest);

  const auto all = store().ListItems({"acme", admission->id, -1, kMaxPageSize});
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->rows.size(), std::size_t{kMaxIdentifiersPerRequest});
  EXPECT_FALSE(all->more);
  for (int i = 0; i < kMaxIdentifiersPerRequest; ++i) ASSERT_EQ(all->rows[i].ordinal, i);
}

TEST_P(RequestStoreContract, KeepsRequestsThatShareAnEnvelopeApart) {
  const auto one = Submit(Erasure("1", Many(60)));
  const auto two = Submit(Erasure("2", {"ann"}));
  const auto three = Submit(Erasure("3", Many(60)));
  ASSERT_TRUE(one && two && three);
  EXPECT_EQ(store().ListItems({"acme", one->id, -1, 100}).value().rows.size(), 60u);
  EXPECT_EQ(store().ListItems({"acme", two->id, -1, 100}).value().rows.size(), 1u);
  EXPECT_EQ(store().ListItems({"acme", three->id, -1, 100}).value().rows.size(), 60u);
  EXPECT_EQ(store().Get("acme", two->id).value().counts.total(), 1);
}

TEST_P(RequestStoreContract, PagesThroughItemsInOrder) {
  NewRequest request = Erasure("k", Many(5));
  request.items[4].ordinal = 9;
  const auto admission = Submit(std::move(request));
  ASSERT_TRUE(admission) << admission.error().message;
  const auto page = [&](int after, int size) {
    return store().ListItems({"acme", admission->id, after, size}).value();
  };
  EXPECT_THAT(Ordinals(page(-1, 2)), ElementsAre(0, 1));
  EXPECT_TRUE(page(-1, 2).more);
  EXPECT_THAT(Ordinals(page(1, 2)), ElementsAre(2, 3));
  EXPECT_TRUE(page(1, 2).more);
  EXPECT_THAT(Ordinals(page(3, 2)), ElementsAre(9));
  EXPECT_FALSE(page(3, 2).more);
  EXPECT_FALSE(page(-1, 5).more);
  EXPECT_THAT(Ordinals(page(9, 2)), ElementsAre());
  EXPECT_FALSE(page(9, 2).more);
}

TEST_P(RequestStoreContract, PagesThroughRequestsNewestFirst) {
  std::vector<RequestId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Submit(Erasure(std::to_string(i), {"ann"}))->id);
  NewRequest foreign = Erasure("foreign", {"ann"});
  foreign.account = "globex";
  ASSERT_TRUE(Submit(std::move(foreign)));

  const auto first = store().ListRequests({"acme", {}, 2}).value();
  EXPECT_THAT(Ids(first), ElementsAre(ids[4], ids[3]));
  EXPECT_TRUE(first.more);
  const auto second = store().ListRequests({"acme", ids[3], 2}).value();
  EXPECT_THAT(Ids(second), ElementsAre(ids[2], ids[1]));
  EXPECT_TRUE(second.more);
  const auto last = store().ListRequests({"acme", ids[1], 2}).value();
  EXPECT_THAT(Ids(last), ElementsAre(ids[0]));
  EXPECT_FALSE(last.more);
  EXPECT_FALSE(store().ListRequests({"acme", {}, 5}).value().more);
}

TEST_P(RequestStoreContract, HasEmptyListsBeforeAnythingIsKept) {
  const auto page = store().ListRequests({"acme", {}, 10});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_TRUE(page->rows.empty());
  EXPECT_FALSE(page->more);
}

TEST_P(RequestStoreContract, FindsNothingUnderAnUnknownIdOrAnotherAccount) {
  const auto admission = Submit(Erasure("k", {"ann"}));
  ASSERT_TRUE(admission) << admission.error().message;
  const auto expect_not_found = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(result.error().reason, "REQUEST_NOT_FOUND");
  };
  const RequestId unknown{ToInt(admission->id) + 1};
  expect_not_found(store().Get("acme", unknown));
  expect_not_found(store().Get("globex", admission->id));
  expect_not_found(store().Get("acme", RequestId{std::numeric_limits<std::int64_t>::max()}));
  expect_not_found(store().ListItems({"acme", unknown, -1, 10}));
  expect_not_found(store().ListItems({"globex", admission->id, -1, 10}));
}

}  // namespace
}  // namespace lethe
