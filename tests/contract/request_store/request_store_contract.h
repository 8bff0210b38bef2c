#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "lethe/request_store.h"

namespace lethe {

/// An empty store of one implementation, and what it needs. The accounts `acme` and `globex` exist.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual RequestStore& store() = 0;

  /// Brings all items of a request of one envelope into a final state.
  virtual void Settle(RequestId id, BatchState state) = 0;
};

struct RequestStoreParam {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;

  friend void PrintTo(const RequestStoreParam& param, std::ostream* out) { *out << param.name; }
};

/// What every RequestStore promises. Instantiate it with one RequestStoreParam per implementation:
///   INSTANTIATE_TEST_SUITE_P(Fake, RequestStoreContract, testing::Values(RequestStoreParam{..}));
class RequestStoreContract : public testing::TestWithParam<RequestStoreParam> {
 protected:
  RequestStore& store() { return under_test_->store(); }
  void Settle(RequestId id, BatchState state) { under_test_->Settle(id, state); }

  /// Submits and waits for the answer.
  Result<Admission> Submit(NewRequest request);

 private:
  std::unique_ptr<StoreUnderTest> under_test_ = GetParam().make();
};

}  // namespace lethe
