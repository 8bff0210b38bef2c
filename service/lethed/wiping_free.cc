// Wipes every block of memory when it is freed, also those that gRPC, protobuf and libcurl free:
// identifiers and keys pass through their buffers. Replaces the C library's free() and realloc() in
// this program, as its manual allows ("Replacing malloc"); operator delete calls free().

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they replace them

extern "C" {

void __libc_free(void* block);  // NOLINT: glibc's own name

void free(void* block) noexcept {
  if (block == nullptr) return;
  explicit_bzero(block, malloc_usable_size(block));
  __libc_free(block);
}

void* realloc(void* block, std::size_t size) noexcept {
  if (block == nullptr) return malloc(size);
  if (size == 0) {
    free(block);
    return nullptr;
  }
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
