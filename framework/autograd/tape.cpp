#include "espalier/tape.hpp"

#include <algorithm>

#include "autograd/gram.hpp"
#include "core/shape_limit.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

bool same_rows(const std::vector<Part>& a, const std::vector<Part>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].stream != b[i].stream || a[i].rows != b[i].rows) return false;
  }
  return true;
}

std::string shown(const std::vector<Part>& parts) {
  std::vector<std::string> words;
  for (const Part& part : parts) {
    words.push_back(text::cat(part.rows, " of stream ", part.stream));
  }
  return text::join(words, " + ");
}

// What the plan's recipes rely on; an op of a plugin may break any of it.
void check_op(const Op& op, std::size_t inputs) {
  const auto refuse = [&](const auto&... parts) {
    throw ShapeError(text::cat("[", op.name(), "] expected ", parts...));
  };
  if (inputs == 0) refuse("at least one input, found none");
  const std::size_t parameters = op.parameters().size();
  if (parameters == 0) return;
  if (parameters > kMaxParameters) {
    refuse("at most ", kMaxParameters, " parameters, found ", parameters);
  }
  if (inputs > kMaxInputs) {
    refuse("at most ", kMaxInputs, " inputs beside parameters, found ", inputs);
  }
  if (op.row_rule() == RowRule::reduce) {
    refuse("no parameters where rows are reduced, found '", op.parameters()[0]->name,
           "'; use it in an op before the reduction");
  }
}

// The parts of a stack: those of all inputs, each stream once.
std::vector<Part> stacked(std::string_view op, const Tape& tape, const std::vector<Var>& inputs) {
  std::vector<Part> parts;
  Index first = 0;
  for (const Var input : inputs) {
    for (const Part& part : tape.value(input).parts) {
      if (std::ranges::find(parts, part.stream, &Part::stream) != parts.end()) {
        throw ShapeError(text::cat("[", op, "] expected inputs of different streams, found stream ",
                                   part.stream, " twice"));
      }
      parts.push_back({part.stream, first, part.rows});
      first += part.rows;
    }
  }
  return parts;
}

}  // namespace

Var Tape::add_value(Value value) {
  if (!has_at_most(value.info.shape, kMostNumbers)) {
    throw ShapeError(text::cat("[", value.name, "] expected values of at most ", kMostNumbers,
                               " numbers, found ", to_string(value.info.shape)));
  }
  values_.push_back(std::move(value));
  return {static_cast<int>(values_.size()) - 1};
}

Var Tape::input(std::string name, const Shape& sample, Dtype dtype,
                const std::vector<StreamRows>& streams) {
  Value value;
  Index first = 0;
  for (const StreamRows& stream : streams) {
    value.parts.push_back({stream.stream, first, stream.rows});
    first += stream.rows;
  }
  Shape shape{first};
  for (const Index extent : sample) shape.push_back(extent);
  value.info = {shape, dtype};
  value.name = std::move(name);
  return add_value(std::move(value));
}

Var Tape::record(std::unique_ptr<Op> op, const std::vector<Var>& inputs) {
  check_op(*op, inputs.size());
  std::vector<ValueInfo> infos;
  const bool stacks = op->row_rule() == RowRule::stack;
  for (const Var input : inputs) {
    infos.push_back(value(input).info);
    if (!stacks && !same_rows(value(input).parts, value(inputs[0]).parts)) {
      throw ShapeError(text::cat("[", op->name(), "] expected inputs over the same rows, found ",
                                 shown(value(inputs[0]).parts), " and ",
                                 shown(value(input).parts)));
    }
  }
  Value output;
  output.info = op->infer(infos);
  if (output.info.dtype != Dtype::floating) {
    throw ShapeError(
        text::cat("[", op->name(),
                  "] expected an output of real numbers, found one of integers; labels "
                  "are read by losses and metrics as they are"));
  }
  output.parts = stacks ? stacked(op->name(), *this, inputs) : value(inputs[0]).parts;
  if (op->row_rule() == RowRule::reduce) {
    if (output.parts.size() != 1) {
      throw ShapeError(text::cat("[", op->name(), "] expected the rows of one stream, found ",
                                 shown(output.parts), "; record losses inside a task's head"));
    }
    output.parts[0].rows = 1;
  }
  output.producer = static_cast<int>(nodes_.size());
  output.name = op->name();
  const Var made = add_value(std::move(output));
  nodes_.push_back({std::move(op), inputs, made, task_, scope_});
  return made;
}

Var Tape::select(Var x, int stream, int task) {
  const Value& source = value(x);
  for (const Part& part : source.parts) {
    if (part.stream != stream) continue;
    Value output;
    output.info = {source.info.shape.with_rows(part.rows), source.info.dtype};
    output.parts = {{stream, 0, part.rows}};
    output.producer = static_cast<int>(nodes_.size());
    output.name = "select";
    const Var made = add_value(std::move(output));
    nodes_.push_back({nullptr, {x}, made, task, scope_});
    return made;
  }
  throw ShapeError(
      text::cat("[select] expected rows of stream ", stream, ", found ", shown(source.parts)));
}

Var Tape::rows(Var x, const std::vector<int>& streams) {
  const std::vector<Part>& parts = value(x).parts;
  const auto first = std::ranges::find(parts, streams.empty() ? -1 : streams[0], &Part::stream);
  const auto left = static_cast<std::size_t>(parts.end() - first);
  const bool found = left >= streams.size() &&
                     std::equal(streams.begin(), streams.end(), first,
                                [](int stream, const Part& part) { return part.stream == stream; });
  if (streams.empty() || !found) {
    throw ShapeError(text::cat("[rows] expected streams that follow each other in ", shown(parts),
                               ", found others"));
  }
  Value output;
  Index rows = 0;
  for (std::size_t p = 0; p < streams.size(); ++p) {
    output.parts.push_back({streams[p], rows, first[static_cast<std::ptrdiff_t>(p)].rows});
    rows += output.parts.back().rows;
  }
  output.info = {value(x).info.shape.with_rows(rows), value(x).info.dtype};
  output.producer = static_cast<int>(nodes_.size());
  output.name = "rows";
  const Var made = add_value(std::move(output));
  nodes_.push_back({nullptr, {x}, made, -1, scope_});
  return made;
}

void Tape::loss(int task, Var v) {
  const Value& scalar = value(v);
  if (scalar.info.shape != Shape{1}) {
    throw ShapeError(text::cat("[loss] expected one number (1), found ",
                               to_string(scalar.info.shape),
                               "; end the loss with a mean over rows"));
  }
  keep(v);
  losses_.push_back({task, v});
}

void Tape::replace(std::size_t n, std::unique_ptr<Op> op, Var output) {
  values_[static_cast<std::size_t>(output.id)].name = op->name();
  nodes_[n].op = std::move(op);
  nodes_[n].output = output;
}

void Tape::remove(const std::vector<char>& gone) {
  std::vector<Node> left;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    if (gone[n] == 0) left.push_back(std::move(nodes_[n]));
  }
  nodes_ = std::move(left);
  for (Value& value : values_) {
    if (value.producer >= 0) value.producer = -2;
  }
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    values_[static_cast<std::size_t>(nodes_[n].output.id)].producer = static_cast<int>(n);
  }
}

void Tape::keep(Var v) { values_[static_cast<std::size_t>(v.id)].kept = true; }

void Tape::watch(Var value) { values_[static_cast<std::size_t>(value.id)].watched = true; }

}  // namespace espalier
