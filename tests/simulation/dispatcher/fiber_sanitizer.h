#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#elif defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace lethe::simulation {

/// Tells the sanitizer of the build, if there is one, of a thread's moves to a fiber's stack and
/// back. Each call stands right before or right after a move, and is inlined: ThreadSanitizer must
/// not see a function that begins on one stack and ends on another.
class FiberSanitizer {
 public:
#if defined(__SANITIZE_ADDRESS__)
  FiberSanitizer(const void* bottom, std::size_t size) : bottom_(bottom), size_(size) {}

  void BeforeEntering() { __sanitizer_start_switch_fiber(&outside_fake_, bottom_, size_); }
  void AfterEntering() {
    __sanitizer_finish_switch_fiber(inside_fake_, &outside_bottom_, &outside_size_);
  }
  void BeforeLeaving() {
    __sanitizer_start_switch_fiber(&inside_fake_, outside_bottom_, outside_size_);
  }
  void BeforeLeavingForGood() {
    __sanitizer_start_switch_fiber(nullptr, outside_bottom_, outside_size_);
  }
  void AfterLeaving() { __sanitizer_finish_switch_fiber(outside_fake_, nullptr, nullptr); }

 private:
  const void* const bottom_;
  const std::size_t size_;
  const void* outside_bottom_ = nullptr;
  std::size_t outside_size_ = 0;
  void* inside_fake_ = nullptr;
  void* outside_fake_ = nullptr;
#elif defined(__SANITIZE_THREAD__)
  FiberSanitizer(const void*, std::size_t) {}
  FiberSanitizer(const FiberSanitizer&) = delete;
  FiberSanitizer& operator=(const FiberSanitizer&) = delete;
  ~FiberSanitizer() { __tsan_destroy_fiber(inside_); }

  [[gnu::always_inline]] void BeforeEntering() {
    outside_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(inside_, 0);
  }
  [[gnu::always_inline]] void BeforeLeaving() { __tsan_switch_to_fiber(outside_, 0); }
  [[gnu::always_inline]] void BeforeLeavingForGood() { BeforeLeaving(); }
  void AfterEntering() {}
  void AfterLeaving() {}

 private:
  void* const inside_ = __tsan_create_fiber(0);
  void* outside_ = nullptr;
#else
  FiberSanitizer(const void*, std::size_t) {}

  void BeforeEntering() {}
  void AfterEntering() {}
  void BeforeLeaving() {}
  void BeforeLeavingForGood() {}
  void AfterLeaving() {}
#endif
};

}  // namespace lethe::simulation
