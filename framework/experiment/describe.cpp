#include "experiment/describe.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/text.hpp"
#include "experiment/composition.hpp"
#include "tensor/precision.hpp"

namespace espalier {

namespace {

// "28x28x32": the shape of one example.
std::string extents(const Shape& shape) {
  std::vector<std::string> words;
  for (const Index extent : shape.row()) words.push_back(std::to_string(extent));
  return words.empty() ? "1" : text::join(words, "x");
}

std::string row(const std::array<std::string, 4>& cells) {
  std::array<char, 200> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "  %-24s %-14s %12s %12s", cells[0].c_str(),
                cells[1].c_str(), cells[2].c_str(), cells[3].c_str());
  std::string line = buffer.data();
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

double parameters_of(const Op& op) {
  double count = 0.0;
  for (const Parameter* p : op.parameters()) count += static_cast<double>(p->value.size());
  return count;
}

}  // namespace

std::string describe_model(const Prepared& run) {
  const Tape& tape = run.trainer->plan().tape();
  std::string out = text::cat(run.spec.name, ": sharing ", run.spec.sharing.name, ", balance ",
                              run.spec.balance.name, "\n");
  for (const Stream& stream : run.data) {
    std::vector<std::string> names;
    for (const int t : stream.tasks) {
      const RunTask& task = run.tasks[static_cast<std::size_t>(t)];
      names.push_back(task.name + " (" + task.handle.plugin() + ", " + task.target + ")");
    }
    out += text::cat("  data ", stream.name, stream.train.synthetic ? " (synthetic)" : "", ": ",
                     stream.train.rows, " train, ", stream.validation.rows, " validation, ",
                     stream.test.rows, " test -> ", text::join(names, ", "), "\n");
  }
  out += row({"", "output", "parameters", "flops"});
  out += row({"input", extents(tape.values()[0].info.shape), "", ""});
  std::string scope;
  for (const Tape::Node& node : tape.nodes()) {
    if (node.op == nullptr) continue;
    if (node.scope != scope) out += "  " + node.scope + "\n";
    scope = node.scope;
    const double parameters = parameters_of(*node.op);
    out += row({"  " + std::string(node.op->name()), extents(tape.shape(node.output)),
                parameters > 0.0 ? short_number(parameters) : "",
                short_number(flops_of_row(tape, node))});
  }
  const Composition composition = composition_of(tape, run.tasks.size());
  return out +
         text::cat("  parameters: ", short_number(composition.shared_parameters), " shared, ",
                   short_number(composition.own_parameters),
                   " of single tasks; flops are those of one example forward\n\n") +
         composition_text(composition, run.tasks);
}

std::string draw_model(const Prepared& run) {
  return composition_svg(composition_of(run.trainer->plan().tape(), run.tasks.size()),
                         text::cat(run.spec.name, ": sharing ", run.spec.sharing.name));
}

std::string check_report(const Prepared& run) {
  Index parameters = 0;
  for (const Parameter& p : run.store->parameters()) parameters += p.value.size();
  std::string out = text::cat(run.spec.name, ": ok\n");
  for (const Stream& stream : run.data) {
    out += text::cat("  data ", stream.name, ": ", stream.train.rows, " train, ",
                     stream.validation.rows, " validation, ", stream.test.rows, " test rows",
                     stream.train.synthetic ? " (synthetic)" : "", "\n");
  }
  if (const Precision wanted = precision::named(run.spec.precision); wanted != Precision::fp32) {
    out += text::cat("  linear layers in ", run.spec.precision, " by ",
                     precision::instructions_of(wanted), "\n");
  }
  return out + text::cat("  ", run.tasks.size(), " tasks, ", parameters, " parameters, ",
                         run.trainer->steps_per_epoch(), " steps an epoch, ",
                         text::bytes(static_cast<double>(run.trainer->planned_bytes())),
                         " planned for a training step\n");
}

}  // namespace espalier
