#include "espalier/tape.hpp"

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

}  // namespace

Var Tape::add_value(Value value) {
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
  std::vector<ValueInfo> infos;
  for (const Var input : inputs) {
    infos.push_back(value(input).info);
    if (!same_rows(value(input).parts, value(inputs[0]).parts)) {
      throw ShapeError(text::cat("[", op->name(), "] expected inputs over the same rows, found ",
                                 shown(value(inputs[0]).parts), " and ",
                                 shown(value(input).parts)));
    }
  }
  Value output;
  output.info = op->infer(infos);
  output.parts = value(inputs[0]).parts;
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

void Tape::keep(Var v) { values_[static_cast<std::size_t>(v.id)].kept = true; }

void Tape::watch(Var value) { values_[static_cast<std::size_t>(value.id)].watched = true; }

}  // namespace espalier
