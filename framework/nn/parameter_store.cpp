#include "nn/parameter_store.hpp"

#include "core/shape_limit.hpp"
#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

template <class Item>
Item* find(std::deque<Item>& items, const std::string& name, const Shape& shape) {
  for (Item& item : items) {
    if (item.name != name) continue;
    if (item.value.shape == shape) return &item;
    throw ShapeError(text::cat("[", name, "] expected the shape it was made with, ",
                               to_string(item.value.shape), ", found ", to_string(shape)));
  }
  return nullptr;
}

}  // namespace

Tensor ParameterStore::allocate(const std::string& name, const Shape& shape) {
  if (!has_at_most(shape, kMostNumbers)) {
    throw ShapeError(text::cat("[", name, "] expected at most ", kMostNumbers, " numbers, found ",
                               to_string(shape)));
  }
  memory_.emplace_back(Arena::rounded(static_cast<std::size_t>(shape.size()) * sizeof(real)));
  return {reinterpret_cast<real*>(memory_.back().data()), shape};
}

Parameter& ParameterStore::parameter(const std::string& name, const Shape& shape, Domain domain,
                                     const Initializer& initializer) {
  if (Parameter* found = find(parameters_, name, shape)) return *found;
  parameters_.push_back(
      {name, allocate(name, shape), domain, static_cast<int>(parameters_.size())});
  if (start_ == Start::initialised) {
    initialize(parameters_.back().value, initializer, RandomStream(seed_, "init/" + name));
  }
  return parameters_.back();
}

Buffer& ParameterStore::buffer(const std::string& name, const Shape& shape, double initial) {
  if (Buffer* found = find(buffers_, name, shape)) return *found;
  buffers_.push_back({name, allocate(name, shape)});
  initialize(buffers_.back().value, {Initializer::Kind::constant, initial}, RandomStream());
  return buffers_.back();
}

}  // namespace espalier
