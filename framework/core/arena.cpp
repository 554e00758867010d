#include "core/arena.hpp"

#include <sys/mman.h>

#include <utility>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

Arena::Arena(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  void* block =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, 0);
  if (block == MAP_FAILED) {
    throw RunFailure(
        text::cat("[memory] expected ", text::bytes(static_cast<double>(bytes)),
                  " of memory, found less; try a smaller train.batch or smaller layers"));
  }
  constexpr std::size_t kHugePage = std::size_t{2} << 20U;
  if (bytes >= kHugePage) madvise(block, bytes, MADV_HUGEPAGE);  // advice: refusal is harmless
  data_ = static_cast<std::byte*>(block);
}

Arena::~Arena() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

Arena::Arena(Arena&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

Arena& Arena::operator=(Arena&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace espalier
