#include "core/where.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace espalier {

namespace {

const where::Place kHead{.plugin = "letters", .stage = "head"};
const where::Place kOp{.op = "linear", .scope = "heads/letters"};

/// The record's step; as it was, afterwards.
class Step {
 public:
  explicit Step(std::uint64_t step) : before_(where::record().step) { where::record().step = step; }
  ~Step() { where::record().step = before_; }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace

TEST_CASE("outside of any call there is nothing to name") {
  const Step none(0);
  CHECK(where::described() == "[espalier] outside of any plugin");
  const Step step(3);
  CHECK(where::described() == "[espalier] outside of any plugin, in step 3");
}

TEST_CASE("calls and ops nest, and what was before comes back") {
  const Step none(0);
  const std::uint64_t entered = where::record().entered;
  {
    const where::Inside inside(kHead);
    CHECK(where::described() == "[plugin letters] head");
    {
      where::Sweep sweep("backward");
      sweep.at(kOp);
      const Step step(12);
      CHECK(where::described() == "[espalier] op 'linear' of heads/letters, backward, in step 12");
    }
    CHECK(where::described() == "[plugin letters] head");
  }
  CHECK(where::described() == "[espalier] outside of any plugin");
  CHECK(where::record().entered == entered + 4);
}

TEST_CASE("an exception that leaves a sweep leaves behind where it came from") {
  const Step none(0);
  CHECK(where::take_failure() == "");
  try {
    where::Sweep sweep("forward");
    sweep.at(kOp);
    throw std::runtime_error("tired");
  } catch (const std::exception&) {
    CHECK(where::described() == "[espalier] outside of any plugin");
  }
  CHECK(where::take_failure() == "[espalier] op 'linear' of heads/letters, forward");
  CHECK(where::take_failure() == "");
  {
    where::Sweep sweep("forward");
    sweep.at(kOp);
  }
  CHECK(where::take_failure() == "");
}

TEST_CASE("a text without memory is cut where it is full, and counts in any base") {
  SafeText text;
  text.add("0x").add_number(48879, 16).add(" = ").add_number(48879).add(", ").add_number(0);
  CHECK(text.view() == "0xbeef = 48879, 0");
  CHECK(std::string(text.c_str()) == "0xbeef = 48879, 0");
  for (int i = 0; i < 1000; ++i) text.add("0123456789");
  CHECK(text.view().size() == 8192);
  CHECK(std::string(text.c_str()).size() == 8191);
}

}  // namespace espalier
