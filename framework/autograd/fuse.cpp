#include "autograd/fuse.hpp"

#include <algorithm>

#include "autograd/ops/rectifier.hpp"
#include "autograd/ops/tail.hpp"

namespace espalier {

namespace {

std::vector<std::vector<std::size_t>> find_readers(const Tape& tape) {
  std::vector<std::vector<std::size_t>> readers(tape.values().size());
  for (std::size_t n = 0; n < tape.nodes().size(); ++n) {
    for (const Var input : tape.nodes()[n].inputs) {
      readers[static_cast<std::size_t>(input.id)].push_back(n);
    }
  }
  return readers;
}

bool is_relu(const Op& op) { return dynamic_cast<const Rectifier*>(&op) != nullptr; }

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

class Fuser {
 public:
  explicit Fuser(Tape& tape) : tape_(tape), readers_(find_readers(tape)) {}

  void run() {
    std::vector<char> gone(tape_.nodes().size(), 0);
    for (std::size_t n = 0; n < tape_.nodes().size(); ++n) {
      const std::size_t second = only_reader(n), third = only_reader(second);
      if (third == kNone) continue;
      std::unique_ptr<Op> op = fused(n, second, third);
      if (op == nullptr) continue;
      tape_.replace(n, std::move(op), tape_.nodes()[third].output);
      gone[second] = gone[third] = 1;
    }
    tape_.remove(gone);
  }

 private:
  const Tape::Node& node(std::size_t n) const { return tape_.nodes()[n]; }

  /// The op that alone reads what node n makes, in the same place, and that reads nothing else.
  std::size_t only_reader(std::size_t n) const {
    if (n == kNone) return kNone;
    const Var v = node(n).output;
    const Tape::Value& value = tape_.value(v);
    const auto& readers = readers_[static_cast<std::size_t>(v.id)];
    if (node(n).op == nullptr || readers.size() != 1 || value.kept || value.watched) return kNone;
    const Tape::Node& reader = node(readers[0]);
    const bool near = reader.task == node(n).task && reader.scope == node(n).scope;
    return near && reader.op != nullptr && reader.inputs.size() == 1 ? readers[0] : kNone;
  }

  std::unique_ptr<Op> fused(std::size_t first, std::size_t second, std::size_t third) const {
    const Op &a = *node(second).op, &b = *node(third).op;
    const bool relu_first = is_relu(a);
    const Op &relu = relu_first ? a : b, &pool = relu_first ? b : a;
    const Shape& outputs = tape_.shape(node(first).output);  // of either, in front of the pooling
    if (!is_relu(relu) || !pools_halves(pool, outputs)) return nullptr;
    return pooled_conv2d(*node(first).op, tape_.shape(node(first).inputs[0]), relu_first);
  }

  Tape& tape_;
  std::vector<std::vector<std::size_t>> readers_;
};

}  // namespace

void fuse(Tape& tape) { Fuser(tape).run(); }

}  // namespace espalier
