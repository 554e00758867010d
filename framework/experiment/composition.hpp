#pragma once

#include <string>
#include <vector>

#include "autograd/plan.hpp"
#include "experiment/task_set.hpp"
#include "nn/parameter_store.hpp"

namespace espalier {

/// What a model is made of, as it was recorded: the parts (stages with their columns, gates, heads)
/// and who uses them.
struct Composition {
  struct Part {
    std::string name;  ///< "trunk/conv1/letters": the scope of its ops
    double parameters = 0.0;
    double flops = 0.0;               ///< of one example forward
    std::vector<int> tasks;           ///< tasks whose losses reach it
    bool shared = false;              ///< has parameters of the balancer
    std::vector<std::size_t> inputs;  ///< parts it reads
    int depth = 0;                    ///< longest way from the input
  };
  struct TaskCost {
    double parameters = 0.0;         ///< all that its loss reaches
    double shared_parameters = 0.0;  ///< of these, those of the balancer
    double flops = 0.0;              ///< of one of its examples forward
  };
  std::vector<Part> parts;  ///< in the order in which they run
  std::vector<TaskCost> tasks;
  double shared_parameters = 0.0;
  double own_parameters = 0.0;  ///< of heads and of private parts of the trunk
};

/// `tape` is one that trains, with a loss for each of the `tasks`.
ESPALIER_API Composition composition_of(const Tape& tape, std::size_t tasks);

/// Floating-point operations of a node's op for one example. REQUIRES: node.op != nullptr.
double flops_of_row(const Tape& tape, const Tape::Node& node);

/// A table: a line for each part, then each task's share.
ESPALIER_API std::string composition_text(const Composition& composition, const TaskSet& tasks);

/// A drawing: parts as boxes in rows by depth, what they read as lines.
ESPALIER_API std::string composition_svg(const Composition& composition, const std::string& title);

/// 12 -> "12", 41200 -> "41.2k", 16930000 -> "16.93M".
ESPALIER_API std::string short_number(double number);

}  // namespace espalier
