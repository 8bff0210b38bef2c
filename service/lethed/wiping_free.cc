// Wipes every block of memory when it is freed, also those that gRPC, protobuf and libcurl free:
// identifiers and keys pass through their buffers. Replaces the C library's free() and realloc() in
// this program, as its manual allows ("Replacing malloc"); operator delete calls free().

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they replace them

namespace {

/// Whether the C library asked the kernel for this block alone (glibc: the second bit of the word
/// before a block). The kernel takes such a block back when it is freed, and hands out zeros. To
/// wipe it would take pages that were never used: gRPC reserves megabytes of which a caller fills a
/// part.
bool IsMapping(const void* block) { return (static_cast<const std::size_t*>(block)[-1] & 2) != 0; }

}  // namespace

extern "C" {

void __libc_free(void* block);                        // NOLINT: glibc's own name
void* __libc_realloc(void* block, std::size_t size);  // NOLINT: glibc's own name

void free(void* block) noexcept {
  if (block == nullptr) return;
  if (!IsMapping(block)) explicit_bzero(block, malloc_usable_size(block));
  __libc_free(block);
}

void* realloc(void* block, std::size_t size) noexcept {
  if (block == nullptr) return malloc(size);
  if (size == 0) {
    free(block);
    return nullptr;
  }
  if (IsMapping(block)) return __libc_realloc(block, size);
  const std::size_t had = malloc_usable_size(block);
  if (size <= had && size >= had / 2) return block;
  void* moved = malloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, std::min(size, had));
  free(block);
  return moved;
}

}  // extern "C"

#endif
