#pragma once

#include <sodium.h>

#include <cstddef>
#include <new>
#include <vector>

namespace lethe::crypto {

/// Memory that the system writes to no swap and no core dump, between pages that no access may
/// touch, and that is wiped when it is freed. Three pages at least for each allocation.
template <typename T>
struct LockedAllocator {
  using value_type = T;

  LockedAllocator() = default;
  template <typename Other>
  LockedAllocator(const LockedAllocator<Other>&) {}  // NOLINT(google-explicit-constructor)

  // sodium_malloc() places the end of the block at the end of a page: aligned for T, whose size
  // is a multiple of its alignment.
  T* allocate(std::size_t count) {
    void* block = sodium_allocarray(count, sizeof(T));
    if (block == nullptr) throw std::bad_alloc();
    return static_cast<T*>(block);
  }
  void deallocate(T* block, std::size_t) { sodium_free(block); }

  friend bool operator==(const LockedAllocator&, const LockedAllocator&) { return true; }
};

template <typename T>
using LockedVector = std::vector<T, LockedAllocator<T>>;

}  // namespace lethe::crypto
