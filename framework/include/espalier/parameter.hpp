// module: autograd
#pragma once

#include <string>

#include "espalier/finish.hpp"
#include "espalier/tensor.hpp"

namespace espalier {

/// @addtogroup ops
/// @{

/// Which gradients a parameter belongs to: the balancer's domain, or one task's own.
enum class Domain : std::uint8_t { shared, task };

/// A trainable block of numbers. The memory belongs to a ParameterStore (nn); ops and plans keep
/// pointers to the Parameter, which never moves.
struct Parameter {
  std::string name;                ///< "trunk/conv1/0/weight", "heads/letters/output/bias"
  Tensor value;                    ///< in the store's memory
  Domain domain = Domain::shared;  ///< of new gradients
  int index = -1;                  ///< position in its store
};

/// Numbers that a layer carries but does not train (running statistics of batch norm).
struct Buffer {
  std::string name;  ///< full name, as a parameter's
  Tensor value;      ///< in the store's memory
};

/// Where a parameter gradient g is written, and how: data = beta * data + alpha * g. Plain SGD
/// passes the weights themselves with alpha = -rate; momentum its velocity with beta = mu; Adam an
/// empty buffer with beta = 0. `data == nullptr` means: this parameter is not asked for. `finish`
/// follows the numbers of `data`; an op that takes it (Op::finishes) calls it.
struct Sink {
  real* data = nullptr;  ///< as many numbers as the parameter has
  double alpha = 1.0;    ///< factor of the gradient
  double beta = 0.0;     ///< factor of what is there; 0: it is not read
  Finish finish{};       ///< told of numbers that are final
};
/// @}

}  // namespace espalier
