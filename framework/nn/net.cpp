#include "espalier/net.hpp"

#include "core/text.hpp"
#include "nn/parameter_store.hpp"

namespace espalier {

Net::Net(Tape& tape, ParameterStore& store, std::span<const std::string> streams, Domain domain,
         std::string scope)
    : tape_(&tape), store_(&store), streams_(streams), domain_(domain), scope_(std::move(scope)) {}

Parameter& Net::parameter(std::string_view name, const Shape& shape,
                          const Initializer& initializer) const {
  return store_->parameter(full_name(name), shape, domain_, initializer);
}

Buffer& Net::buffer(std::string_view name, const Shape& shape, double initial) const {
  return store_->buffer(full_name(name), shape, initial);
}

Net Net::scope(std::string_view name) const {
  return {*tape_, *store_, streams_, domain_, full_name(name)};
}

std::string Net::full_name(std::string_view name) const { return text::cat(scope_, "/", name); }

std::uint64_t Net::seed() const { return store_->seed(); }

}  // namespace espalier
