// open_library() of libespalier_f64.
#include "testing/open_library.hpp"

namespace espalier::testing {

OpenedLibrary open_library(const std::string& /*name*/, const std::vector<std::string>&) {
  OpenedLibrary none;
  none.why_not = "libraries are built in float: they are loaded by the test in float";
  return none;
}

}  // namespace espalier::testing
