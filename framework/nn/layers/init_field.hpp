#pragma once

#include <string>

#include "espalier/fields.hpp"
#include "espalier/initializer.hpp"

namespace espalier {

/// The option `init` of layers with weights.
class InitField {
 public:
  void fields(Fields& f) {
    f.word({"init", "how the weights start; biases start at zero"}, name_, initializer_names());
  }
  Initializer initializer() const { return initializer_named(name_); }

 private:
  std::string name_ = "he_normal";
};

}  // namespace espalier
