#include "experiment/balance_matrix.hpp"

#include <cmath>

#include "core/text.hpp"
#include "espalier/error.hpp"
#include "experiment/config_choice.hpp"
#include "experiment/config_override.hpp"
#include "experiment/config_read.hpp"
#include "experiment/config_scalar.hpp"
#include "experiment/config_write.hpp"
#include "experiment/plugin_choice.hpp"
#include "experiment/spec_parts.hpp"
#include "plugin/registry.hpp"
#include "plugin/search.hpp"

namespace espalier {

namespace {

constexpr Index kMostTasks = 1024;  // G is formed, and solvers take T^3
constexpr Index kMostSteps = 1'000'000;

/// A text of the command line, as a value whose messages begin with `name`.
ConfigNode argument(const std::string& text, const std::string& name) {
  ConfigNode node = ConfigNode::make_plain(text);
  auto origin = std::make_shared<Origin>();
  origin->name = name;
  node.origin = std::move(origin);
  return node;
}

Choice<Balancer> choose_method(const std::string& name, Registry& registry) {
  const ConfigNode node = argument(name, "METHOD");
  read_choice_name(node, "", "balancer", balancer_names(&registry, name));
  const std::string place = place_of(node, "");
  return {name, place, make_balancer(&registry, name, place)};
}

// What neither a Jacobian nor losses hold.
std::string missing(const Needs& n) {
  if (n.validation) return "batches of validation data";
  if (n.batches > 1) return "gradients of further batches";
  if (n.features) return "the tasks' gradients at the trunk's output";
  if (n.losses_after_update) return "the losses of the same batch after the update";
  return "";
}

void check_determined(const std::string& name, const Needs& needs) {
  const std::string what = missing(needs);
  if (what.empty()) return;
  throw ConfigError(text::cat("[balance] '", name, "' needs ", what,
                              ", which a Jacobian and losses do not hold; it can be used in "
                              "training (`espalier info ",
                              name, "`)"));
}

// As in YAML: the options of the method beside the conventions, whose defaults are the method's.
void read_options(const std::vector<std::string>& given, Balancer& method,
                  BalanceConventions& conventions) {
  ConfigNode options = argument("", "key=value");
  options.kind = ConfigNode::Kind::map;
  for (const std::string& text : given) apply_override(options, text);
  method.conventions(conventions);
  ConfigReader reader(options, "");
  method.fields(reader);
  conventions.fields(reader);
  reader.finish();
}

std::vector<double> read_losses(const std::string& text, Index tasks) {
  if (text.empty()) return std::vector<double>(static_cast<std::size_t>(tasks), 1.0);
  std::vector<double> losses;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    losses.push_back(read_number(argument(text.substr(start, comma - start), "--losses"), ""));
    start = comma + 1;
  }
  if (losses.size() == static_cast<std::size_t>(tasks)) return losses;
  throw ConfigError(text::cat("--losses: expected ", tasks,
                              " numbers, one for each row of J, found ", losses.size()));
}

Matrix read_jacobian(const std::string& file) {
  Matrix rows = read_npy(file);
  if (rows.rows <= kMostTasks) return rows;
  throw DataError(text::cat("[npy] ", file, ": expected at most ", kMostTasks,
                            " rows, one for each task, found ", rows.rows));
}

std::string listed(const std::vector<std::size_t>& tasks) {
  std::vector<std::string> words;
  for (const std::size_t t : tasks) words.push_back(std::to_string(t));
  return text::join(words, ", ");
}

bool uses_losses(const Needs& needs, const BalanceConventions& conventions) {
  return needs.losses || conventions.normalise == "loss" || conventions.normalise == "loss_l2";
}

void write_notes(const BalanceRequest& request, const Needs& needs,
                 const BalanceConventions& conventions, BalanceAnswer& answer) {
  std::vector<std::string>& notes = answer.notes;
  const BalanceResult& result = answer.result;
  if (request.losses.empty() && uses_losses(needs, conventions)) {
    notes.emplace_back("no losses were given: each is 1");
  }
  if (answer.tasks == 1) notes.emplace_back("one task: there is nothing to balance");
  if (!result.zero.empty()) {
    notes.push_back(text::cat("rows that are zero: ", listed(result.zero),
                              needs.gram ? "; they are set aside and weigh 0" : ""));
  }
  if (result.fallbacks > 0) {
    notes.push_back(text::cat("without a solution in ", result.fallbacks, " of ", answer.steps,
                              " steps: ", result.fallback));
  }
  if (needs.jacobian) {
    notes.emplace_back("the method works on rows in float32");
  }
  if (conventions.gram != "all") {
    notes.push_back(
        text::cat("gram: ", conventions.gram, " needs layers; J is taken as one layer"));
  }
}

}  // namespace

BalanceAnswer balance_matrix(const BalanceRequest& request) {
  Registry registry(plugin_folders({}, request.plugin_folders));
  const Choice<Balancer> choice = choose_method(request.method, registry);
  Balancer& method = *choice.object;
  const Needs needs = method.needs();
  check_determined(request.method, needs);
  BalanceConventions conventions;
  read_options(request.options, method, conventions);
  check_conventions(choice, conventions);
  BalanceAnswer answer;
  answer.method = request.method;
  answer.steps =
      read_integer(argument(request.steps, "--steps"), "", {.at_least = 1, .at_most = kMostSteps});
  const Index seed = read_integer(argument(request.seed, "--seed"), "", {.at_least = 0});
  const Matrix rows = read_jacobian(request.file);
  answer.tasks = rows.rows;
  answer.parameters = rows.columns;
  answer.options = write_fields(method);
  answer.conventions = write_fields(conventions);
  const std::vector<double> losses = read_losses(request.losses, rows.rows);
  answer.result =
      balance_steps(method, request.method, conventions, rows, losses, answer.steps, seed);
  write_notes(request, needs, conventions, answer);
  return answer;
}

}  // namespace espalier
