// Bytes of a .npy file: anything but a DataError that names a byte is a bug.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "data/npy.hpp"
#include "espalier/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const espalier::Matrix matrix =
        espalier::parse_npy({reinterpret_cast<const char*>(data), size}, "[npy] input");
    const bool whole =
        matrix.numbers.size() == static_cast<std::size_t>(matrix.rows * matrix.columns);
    if (!whole || matrix.numbers.size() > size / 4) std::abort();
  } catch (const espalier::DataError& error) {
    if (!std::string_view(error.what()).starts_with("[npy] input: byte ")) std::abort();
  }
  return 0;
}
