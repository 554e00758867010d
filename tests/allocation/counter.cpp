#include "allocation/counter.hpp"

#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

// The C library's own entries, to which everything is passed on.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* block);
}

namespace {

std::atomic<bool> counting{false};
std::atomic<long> in_blas{0}, elsewhere{0};
std::uintptr_t blas_begin = 0, blas_end = 0;  // addresses of libopenblas

int find_blas(dl_phdr_info* info, std::size_t /*size*/, void* /*data*/) {
  if (std::strstr(info->dlpi_name, "openblas") == nullptr) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (blas_begin == 0 || begin < blas_begin) blas_begin = begin;
    if (begin + segment.p_memsz > blas_end) blas_end = begin + segment.p_memsz;
  }
  return 0;
}

void count(const void* caller) {
  if (!counting.load(std::memory_order_relaxed)) return;
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  const bool blas = blas_begin <= address && address < blas_end;
  (blas ? in_blas : elsewhere).fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

#define ESPALIER_COUNTED extern "C" __attribute__((visibility("default"), noinline))

ESPALIER_COUNTED void* malloc(std::size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_malloc(bytes);
}

ESPALIER_COUNTED void* calloc(std::size_t number, std::size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_calloc(number, bytes);
}

ESPALIER_COUNTED void* realloc(void* block, std::size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_realloc(block, bytes);
}

ESPALIER_COUNTED void free(void* block) { __libc_free(block); }

ESPALIER_COUNTED void* memalign(std::size_t alignment, std::size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, bytes);
}

ESPALIER_COUNTED void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, bytes);
}

ESPALIER_COUNTED int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) {
  count(__builtin_return_address(0));
  *block = __libc_memalign(alignment, bytes);
  return *block != nullptr ? 0 : ENOMEM;
}

ESPALIER_COUNTED void* mmap(void* address, std::size_t bytes, int protection, int flags, int file,
                            off_t offset) {
  count(__builtin_return_address(0));
  const long mapped = ::syscall(SYS_mmap, address, bytes, protection, flags, file, offset);
  return reinterpret_cast<void*>(mapped);  // syscall gives -1 and errno, as mmap does
}

namespace espalier::test {

CountAllocations::CountAllocations() {
  blas_begin = blas_end = 0;
  dl_iterate_phdr(find_blas, nullptr);
  in_blas = 0;
  elsewhere = 0;
  counting = true;
}

CountAllocations::~CountAllocations() { counting = false; }

Allocations CountAllocations::so_far() const { return {in_blas.load(), elsewhere.load()}; }

}  // namespace espalier::test
