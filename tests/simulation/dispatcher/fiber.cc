#include "simulation/dispatcher/fiber.h"

#include <boost/context/preallocated.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <memory>
#include <utility>

namespace lethe::simulation {
namespace {

/// Room for what a sanitizer adds to each frame. Of what is not touched nothing is paid for.
constexpr std::size_t kStackBytes = 1 << 20;

boost::context::protected_fixedsize_stack Stacks() {
  return boost::context::protected_fixedsize_stack(kStackBytes);
}

}  // namespace

Fiber::Fiber(std::function<void()> body) : Fiber(std::move(body), Stacks().allocate()) {}

Fiber::Fiber(std::function<void()> body, const boost::context::stack_context& stack)
    : body_(std::move(body)),
      sanitizer_(static_cast<const char*>(stack.sp) - stack.size, stack.size),
      inside_(std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack),
              Stacks(), [this](boost::context::fiber&& outside) {
                sanitizer_.AfterEntering();
                outside_ = std::move(outside);
                body_();
                sanitizer_.BeforeLeavingForGood();
                return std::move(outside_);
              }) {}

void Fiber::Resume() {
  sanitizer_.BeforeEntering();
  inside_ = std::move(inside_).resume();
  sanitizer_.AfterLeaving();
}

void Fiber::Suspend() {
  sanitizer_.BeforeLeaving();
  outside_ = std::move(outside_).resume();
  sanitizer_.AfterEntering();
}

}  // namespace lethe::simulation
