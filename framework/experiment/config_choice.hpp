#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiment/config_fields.hpp"

namespace espalier {

/// A named choice with its options already read into the object ("sgd", SgdOptimizer).
template <class Object>
struct Choice {
  std::string name;
  std::string place;  ///< "exp.yaml:12:3: optimizer", for messages
  std::unique_ptr<Object> object;
};

/// One of several things with a name and options: `name`, `{ name: main value }`, or
/// `{ name: { options } }`.
class ESPALIER_API ChoiceForm : public Form {
 public:
  /// `noun` is what is chosen: "optimizer".
  explicit ChoiceForm(std::string_view noun) : noun_(noun) {}
  std::string type() const override;
  std::string shown() const override { return chosen(); }
  void read(const ConfigNode& node, const std::string& path) const override;
  ConfigNode write() const override;

 protected:
  virtual std::vector<std::string> names() const = 0;
  /// The same as far as it matters to one who wants `wanted`.
  virtual std::vector<std::string> names_for(const std::string& /*wanted*/) const {
    return names();
  }
  virtual std::string chosen() const = 0;  ///< "" where nothing is
  /// Makes the object of that name, with its defaults.
  virtual void choose(const std::string& name, const std::string& place) const = 0;
  virtual void fields(ConfigFields& fields) const = 0;  ///< of the chosen object

 private:
  std::string read_name(const ConfigNode& node, const std::string& path) const;

  std::string noun_;
};

/// The name alone of a choice; its options stand beside it. Throws at `node` where the name is none
/// of `names`.
ESPALIER_API std::string read_choice_name(const ConfigNode& node, const std::string& path,
                                          const std::string& noun,
                                          const std::vector<std::string>& names);

/// The names of a table of things that can be chosen.
template <class Entry>
std::vector<std::string> names_of(std::span<const Entry> table) {
  std::vector<std::string> names;
  for (const Entry& entry : table) names.emplace_back(entry.name);
  return names;
}

/// A new object of that name, or null.
template <class Object, class Entry>
std::unique_ptr<Object> make_named(std::span<const Entry> table, std::string_view name) {
  for (const Entry& entry : table) {
    if (entry.name == name) return entry.make();
  }
  return nullptr;
}

/// A choice from one of the tables (layers, balancers, ...).
template <class Object, class Entry>
class TableChoice : public ChoiceForm {
 public:
  TableChoice(std::string_view noun, std::span<const Entry> table, Choice<Object>& choice)
      : ChoiceForm(noun), table_(table), choice_(choice) {}

 protected:
  std::vector<std::string> names() const override { return names_of(table_); }
  std::string chosen() const override { return choice_.name; }
  void choose(const std::string& name, const std::string& place) const override {
    choice_ = {name, place, make_named<Object>(table_, name)};
  }
  void fields(ConfigFields& f) const override { choice_.object->fields(f); }

 private:
  std::span<const Entry> table_;
  Choice<Object>& choice_;
};

}  // namespace espalier
