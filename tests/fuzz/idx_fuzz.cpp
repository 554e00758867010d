// Bytes of an IDX file, plain or gzip: anything but a DataError that names a byte is a bug.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "data/idx.hpp"
#include "espalier/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using espalier::Dtype;
  try {
    const auto column =
        espalier::parse_idx({reinterpret_cast<const char*>(data), size}, "[idx] input", 1.0);
    const auto numbers = static_cast<std::size_t>(column.rows * column.data.sample.size());
    const bool whole = column.data.dtype == Dtype::integer;
    const std::size_t held = whole ? column.data.integers.size() : column.data.reals.size();
    if (held != numbers) std::abort();
  } catch (const espalier::DataError& error) {
    if (!std::string_view(error.what()).starts_with("[idx] input: byte ")) std::abort();
  }
  return 0;
}
