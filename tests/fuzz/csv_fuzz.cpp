// Text of a csv file, plain or gzip: the first byte says which columns are labels. Anything but a
// DataError is a bug.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "data/csv_table.hpp"
#include "data/gzip.hpp"
#include "espalier/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string where = "[csv] input";
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const std::string text = espalier::inflate_all(bytes, where, 1U << 20U);
    std::vector<espalier::CsvColumn> wanted;
    for (const std::string& name : espalier::csv_header(text, ',', where)) {
      const bool label = (data[0] >> (wanted.size() % 8) & 1) != 0;
      wanted.push_back({name, label, {}});
    }
    const auto table = espalier::parse_csv(text, ',', where, wanted);
    for (const auto& column : table.columns) {
      if (column.values.size() != static_cast<std::size_t>(table.rows)) std::abort();
    }
  } catch (const espalier::DataError& error) {
    if (!std::string(error.what()).starts_with(where)) std::abort();
  }
  return 0;
}
