// module: autograd
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "espalier/op.hpp"
#include "espalier/penalty.hpp"

namespace espalier {

/// @addtogroup ops
/// @{

/// A value on a tape.
struct Var {
  int id = -1;  ///< position in Tape::values; -1: no value
};

/// Rows that a stream brings in one batch.
struct StreamRows {
  int stream = 0;  ///< number of the stream
  Index rows = 0;  ///< how many
};

/// The record of one model for one batch geometry: values and the ops that make them, in order.
/// Recorded once, then planned (see Plan); it computes nothing itself.
class ESPALIER_API Tape {
 public:
  /// What is known of a Var.
  struct Value {
    ValueInfo info;           ///< shape and kind of numbers
    std::vector<Part> parts;  ///< which stream each row comes from; a loss is one row of its stream
    int producer = -1;        ///< node, -1 for an input, -2 where nothing makes it any more
    bool kept = false;        ///< read from outside after a forward pass
    bool watched = false;     ///< its cotangent is read from outside after a backward pass
    std::string name;         ///< of an input
  };
  /// An op and what it was applied to.
  struct Node {
    std::unique_ptr<Op> op;   ///< null for `select` and `rows`, which only look
    std::vector<Var> inputs;  ///< in the op's order
    Var output;               ///< what it makes
    int task = -1;            ///< recorded inside a task's head, or selected for it; -1: the trunk
    std::string scope;        ///< "trunk/conv1", "heads/letters": for people

    /// Whether it is where a task's head begins to read the trunk, itself a part of the trunk.
    bool is_border() const { return op == nullptr && task >= 0; }
    /// Whether it is an op of a task's head.
    bool in_head() const { return op != nullptr && task >= 0; }
  };
  /// The number that a task learns from.
  struct Loss {
    int task = 0;  ///< number of the task
    Var value;     ///< shape (1)
  };

  /// An empty tape, of a model that is trained or of one that is only evaluated.
  explicit Tape(bool training) : training_(training) {}

  /// A batch input over the given streams, stacked along the rows; `sample` is the shape of one
  /// row.
  Var input(std::string name, const Shape& sample, Dtype dtype,
            const std::vector<StreamRows>& streams);
  /// Applies `op`; throws its ShapeError, or one that says that the inputs' rows differ.
  Var record(std::unique_ptr<Op> op, const std::vector<Var>& inputs);
  /// The rows of one stream of `x`, as the input of `task`'s head: the border between what tasks
  /// share and what is their own. No copy is made.
  Var select(Var x, int stream, int task);
  /// The rows of the given streams of `x`, which must follow each other there, inside the trunk. No
  /// copy is made.
  Var rows(Var x, const std::vector<int>& streams);
  /// What the update adds to the gradients of some parameters, whatever the tasks weigh.
  void penalty(std::unique_ptr<Penalty> penalty) { penalties_.push_back(std::move(penalty)); }
  /// Declares `value` (one number) to be the loss of `task`.
  void loss(int task, Var value);
  /// Keeps `value` readable after a forward pass (predictions).
  void keep(Var value);
  /// Keeps the cotangent of `value` readable after a backward pass.
  void watch(Var value);
  /// Ops recorded from now on belong to `task`'s head (-1: to the trunk), in the named scope.
  void enter(int task, std::string scope) {
    task_ = task;
    scope_ = std::move(scope);
  }

  /// Gives node number n another op, that computes what the ops between its input and `output` did.
  /// Their nodes must be removed.
  void replace(std::size_t n, std::unique_ptr<Op> op, Var output);
  /// Removes the nodes n with gone[n] != 0; nothing makes their outputs any more, but for those of
  /// nodes that are left.
  void remove(const std::vector<char>& gone);

  /// Shape of a value, with its rows.
  const Shape& shape(Var v) const { return value(v).info.shape; }
  /// All that is known of a value.
  const Value& value(Var v) const { return values_[static_cast<std::size_t>(v.id)]; }
  /// Every value, in the order of recording.
  const std::vector<Value>& values() const { return values_; }
  /// Every op, in the order of recording.
  const std::vector<Node>& nodes() const { return nodes_; }
  /// Every task's loss.
  const std::vector<Loss>& losses() const { return losses_; }
  /// What `penalty` was given.
  const std::vector<std::unique_ptr<Penalty>>& penalties() const { return penalties_; }
  /// Whether the model is trained.
  bool training() const { return training_; }

 private:
  Var add_value(Value value);

  bool training_;
  int task_ = -1;
  std::string scope_;
  std::vector<Value> values_;
  std::vector<Node> nodes_;
  std::vector<Loss> losses_;
  std::vector<std::unique_ptr<Penalty>> penalties_;
};
/// @}

}  // namespace espalier
