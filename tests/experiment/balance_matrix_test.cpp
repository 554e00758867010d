#include "experiment/balance_matrix.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "data/support.hpp"
#include "espalier/error.hpp"

namespace espalier {

using data_tests::TemporaryFolder;
using Rows = std::vector<std::vector<double>>;

namespace {

const Rows kPublished = {{-4, 1, 1}, {6, 1, 1}};

std::string npy(const Rows& rows) {
  std::string header = text::cat("{'descr': '<f8', 'fortran_order': False, 'shape': (", rows.size(),
                                 ", ", rows[0].size(), "), }");
  header.resize(118, ' ');
  std::string bytes = std::string("\x93NUMPY\1\0", 8) + std::string("\x76\0", 2) + header;
  for (const auto& row : rows) {
    for (const double x : row) {
      char raw[8];
      std::memcpy(raw, &x, 8);
      bytes.append(raw, 8);
    }
  }
  return bytes;
}

/// Asks for `method` on `rows`; the file lives as long as the call.
BalanceAnswer ask(const Rows& rows, BalanceRequest request) {
  const TemporaryFolder folder;
  request.file = folder.write("j.npy", npy(rows));
  return balance_matrix(request);
}

BalanceAnswer ask(const Rows& rows, const std::string& method,
                  const std::vector<std::string>& options = {}) {
  BalanceRequest request;
  request.method = method;
  request.options = options;
  return ask(rows, request);
}

void check_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i] == doctest::Approx(wanted[i]).epsilon(1e-9));
  }
}

double norm(const std::vector<double>& x) {
  double total = 0.0;
  for (const double v : x) total += v * v;
  return std::sqrt(total);
}

}  // namespace

TEST_CASE("weights and direction of a matrix") {
  const BalanceAnswer answer = ask(kPublished, "pcgrad");
  check_near(answer.result.weights, {20.0 / 9, 30.0 / 19});
  check_near(answer.result.direction, {100.0 / 171, 650.0 / 171, 650.0 / 171});
  CHECK(answer.tasks == 2);
  CHECK(answer.parameters == 3);
  CHECK(answer.notes.empty());
}

TEST_CASE("conventions change the answer as in training") {
  const double equal = norm({2, 2, 2});
  check_near({norm(ask(kPublished, "pcgrad", {"scale=norm_of_equal"}).result.direction)}, {equal});
  check_near({norm(ask(kPublished, "pcgrad", {"clip=0.5"}).result.direction)}, {0.5});
  const auto one = ask(kPublished, "pcgrad", {"scale=sum_to_one"}).result.weights;
  check_near({one[0] + one[1]}, {1.0});
  // Rows of length 1 are combined by weights of the rows as given. The clip comes last.
  const BalanceAnswer unit = ask({{3, 4}, {0, 2}}, "pcgrad", {"normalise=l2"});
  check_near(unit.result.weights, {0.2, 0.5});
  check_near(unit.result.direction, {0.6, 1.8});
  const BalanceAnswer both = ask(kPublished, "equal", {"scale=sum_to_one", "clip=0.25"});
  check_near({norm(both.result.direction)}, {0.25});
}

TEST_CASE("zero rows weigh nothing where inner products decide, and are noted") {
  const Rows rows = {{0, 0, 0}, {-4, 1, 1}, {6, 1, 1}};
  const BalanceAnswer answer = ask(rows, "pcgrad");
  check_near(answer.result.weights, {0, 20.0 / 9, 30.0 / 19});
  REQUIRE(answer.notes.size() == 1);
  CHECK(answer.notes[0] == "rows that are zero: 0; they are set aside and weigh 0");
  CHECK(ask(rows, "equal").result.weights == std::vector<double>{1, 1, 1});
  CHECK(ask(rows, "equal").notes[0] == "rows that are zero: 0");
  const BalanceAnswer none = ask({{0, 0}, {0, 0}}, "pcgrad");
  CHECK(none.result.weights == std::vector<double>{0, 0});
  CHECK(none.result.direction == std::vector<double>{0, 0});
}

TEST_CASE("one task is its own direction") {
  const BalanceAnswer answer = ask({{3, -4}}, "pcgrad");
  CHECK(answer.result.weights == std::vector<double>{1});
  CHECK(answer.result.direction == std::vector<double>{3, -4});
  CHECK(answer.notes == std::vector<std::string>{"one task: there is nothing to balance"});
}

TEST_CASE("the answer depends on the seed and on nothing else") {
  Rows rows = {{1, 0.2, -0.9}, {-1, 0.3, 0.1}, {0.3, -1, 0.2}, {0.1, 0.4, -1}};
  BalanceRequest request;
  request.method = "pcgrad";
  std::vector<std::vector<double>> seen;
  for (int seed = 0; seed < 10; ++seed) {
    request.seed = std::to_string(seed);
    seen.push_back(ask(rows, request).result.weights);
    CHECK(seen.back() == ask(rows, request).result.weights);
  }
  std::ranges::sort(seen);
  CHECK(std::unique(seen.begin(), seen.end()) - seen.begin() > 1);
  // The second step goes on where the first one ended.
  request.seed = "1";
  int moved = 0;
  for (const char* steps : {"1", "2", "3", "4", "5", "6"}) {
    request.steps = steps;
    if (ask(rows, request).result.weights != ask(rows, "pcgrad").result.weights) ++moved;
  }
  CHECK(moved > 0);
}

TEST_CASE("json has what the command promises, null where a method has no weights") {
  const auto json = nlohmann::json::parse(balance_json(ask(kPublished, "pcgrad", {"clip=9"})));
  CHECK(json.at("method") == "pcgrad");
  CHECK(json.at("weights").size() == 2);
  CHECK(json.at("direction").size() == 3);
  CHECK(json.at("options").is_object());
  CHECK(json.at("conventions").at("clip") == 9);
  CHECK(json.at("conventions").at("scale") == "native");
  CHECK(json.at("notes").is_array());
  BalanceAnswer bare = ask(kPublished, "equal");
  bare.result.weights.clear();
  CHECK(nlohmann::json::parse(balance_json(bare)).at("weights").is_null());
  CHECK(balance_table(bare).find("(the method has no weights)") != std::string::npos);
}

TEST_CASE("the table shows weights, the direction's first numbers and its norm") {
  const std::string table = balance_table(ask(kPublished, "pcgrad"));
  CHECK(table.starts_with("pcgrad: 2 tasks, 3 parameters, 1 step\n"));
  CHECK(table.find("\n  0             2.22222\n  1             1.57895\n") != std::string::npos);
  CHECK(table.find("  direction     0.584795 3.80117 3.80117\n") != std::string::npos);
  CHECK(table.find("  norm          5.40738\n") != std::string::npos);
  const std::string wide = balance_table(ask({std::vector<double>(20, 1.0)}, "equal"));
  CHECK(wide.find("  direction     1 1 1 1 1 1 1 1 ...\n") != std::string::npos);
}

TEST_CASE("requests that cannot be carried out") {
  const auto refusal = [](const std::function<void(BalanceRequest&)>& change) -> std::string {
    BalanceRequest request;
    request.method = "pcgrad";
    change(request);
    try {
      ask(kPublished, request);
    } catch (const BadInput& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal([](auto& r) { r.method = "pcgard"; }) ==
        "METHOD: unknown balancer 'pcgard'; did you mean 'pcgrad'?");
  CHECK(refusal([](auto& r) { r.losses = "1,2,3"; }) ==
        "--losses: expected 2 numbers, one for each row of J, found 3");
  CHECK(refusal([](auto& r) { r.losses = "1,"; }) == "--losses: expected a number, found ''");
  CHECK(refusal([](auto& r) { r.losses = "1,nan"; }) ==
        "--losses: expected a number, found 'nan' (not finite)");
  CHECK(refusal([](auto& r) { r.steps = "0"; }) ==
        "--steps: expected an integer from 1 to 1000000, found 0");
  CHECK(refusal([](auto& r) { r.seed = "-1"; }) ==
        "--seed: expected an integer of at least 0, found -1");
  CHECK(refusal([](auto& r) { r.options = {"scael=native"}; }) ==
        "override 'scael=native': unknown key 'scael'; did you mean 'scale'?");
  CHECK(refusal([](auto& r) { r.options = {"clip=-1"}; }) ==
        "override 'clip=-1': clip: expected a number of at least 0, found -1");
  CHECK(refusal([](auto& r) { r.options = {"clip"}; }) ==
        "override 'clip': expected key.path=value, found no '='");
  CHECK(refusal([](auto& r) {
          r.method = "equal";
          r.options = {"normalise=l2"};
        }) ==
        "METHOD: expected 'equal' without normalise: l2, because it is given no gradients of "
        "the trunk");
}

TEST_CASE("numbers that a method cannot work with are refused") {
  CHECK_THROWS_WITH_AS(ask({{1e200, 1e200}, {1, 1}}, "pcgrad"),
                       "[balance] expected rows whose squares add up to less than 1.8e308, found "
                       "more in row 0",
                       DataError);
  const Rows many(1025, {1.0});
  CHECK_THROWS_AS(ask(many, "equal"), DataError);
}

TEST_CASE("methods that a matrix and losses do not determine say what they need") {
  int refused = 0;
  for (const BalancerEntry& entry : balancer_table()) {
    CAPTURE(entry.name);
    const Needs n = entry.make()->needs();
    const bool more = n.validation || n.batches > 1 || n.features || n.losses_after_update;
    if (!more) continue;
    ++refused;
    try {
      ask(kPublished, std::string(entry.name));
      FAIL("it answered");
    } catch (const ConfigError& error) {
      const std::string_view text = error.what();
      CHECK(text.starts_with(text::cat("[balance] '", entry.name, "' needs ")));
      CHECK(text.find('\n') == std::string_view::npos);
    }
  }
  CHECK(refused > 0);
}

}  // namespace espalier
