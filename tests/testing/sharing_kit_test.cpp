#include <doctest/doctest.h>

#include "testing/right_task.hpp"

/// The kit's checks of ways to share: a right one passes, and each wrong one is caught by one check
/// alone.
namespace espalier::test {

namespace {

using testing::Report;
using Names = std::vector<std::string>;

constexpr bool kDouble = std::is_same_v<real, double>;

/// One column for all, and a private one for each task, added up.
class RightSharing : public StageSharing {
 public:
  Flows record(const StageNet& stage, const Flows& in) const override {
    Flows out{stage.layers_each(stage.asked(in), "", StageNet::kShared), {}};
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& streams = stage.wanted().tasks[t];
      if (streams.empty()) continue;
      const Var own = private_column(stage, stage.rows(in.tasks[t], streams), t);
      out.tasks[t] = finish(stage, add(stage.tape(), stage.rows(out.tasks[t], streams), own));
    }
    return out;
  }

 protected:
  virtual Var private_column(const StageNet& stage, Var x, std::size_t t) const {
    return stage.layers(x, stage.task_name(t), static_cast<int>(t));
  }
  virtual Var finish(const StageNet& /*stage*/, Var x) const { return x; }
};

class ThrowsInRecord : public RightSharing {
  Flows record(const StageNet&, const Flows&) const override { throw ShapeError("no columns"); }
};

/// The same private column for every task.
class OwnedByThree : public RightSharing {
  Var private_column(const StageNet& stage, Var x, std::size_t) const override {
    return stage.layers(x, "everyone", 0);
  }
};

/// Looks at whether others are asked for.
class LooksAtOthers : public RightSharing {
  Var finish(const StageNet& stage, Var x) const override {
    double asked = 0.0;
    for (const StreamSet& streams : stage.wanted().tasks) asked += streams.empty() ? 0.0 : 1.0;
    return scale(stage.tape(), x, asked);
  }
};

/// Looks at the number of the stream.
class ReadsStreams : public RightSharing {
  Flows record(const StageNet& stage, const Flows& in) const override {
    Flows out = RightSharing::record(stage, in);
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& streams = stage.wanted().tasks[t];
      if (!streams.empty()) out.tasks[t] = scale(stage.tape(), out.tasks[t], 1.0 + streams[0]);
    }
    return out;
  }
};

class DividesByRows : public RightSharing {
  Var finish(const StageNet& stage, Var x) const override {
    return scale(stage.tape(), x, 1.0 / static_cast<double>(stage.tape().shape(x)[0]));
  }
};

class CountsItself : public RightSharing {
 public:
  CountsItself() : number_(++made()) {}

 private:
  Var finish(const StageNet& stage, Var x) const override {
    return scale(stage.tape(), x, 1.0 + 0.01 * number_);
  }
  static int& made() {
    static int count = 0;
    return count;
  }
  int number_;
};

/// The identity, whose backward is not.
class Crooked final : public Op {
 public:
  std::string_view name() const override { return "crooked"; }
  ValueInfo infer(std::span<const ValueInfo> inputs) const override { return inputs[0]; }
  void forward(const OpContext& c) const override {
    std::ranges::copy(c.inputs[0].span(), c.output.data);
  }
  void backward(const BackwardContext& c) const override {
    const Index row = c.output.shape.row_size();
    for (const Run& run : c.runs[0]) {
      for (Index i = 0; i < run.rows * row; ++i) {
        real& to = c.dx[0].data[run.dx_row * row + i];
        const real dx = real(1.5) * c.dy.data[run.dy_row * row + i];
        to = run.accumulate ? to + dx : dx;
      }
    }
  }
};
class WrongGradient : public RightSharing {
  Var finish(const StageNet& stage, Var x) const override {
    return stage.tape().record(std::make_unique<Crooked>(), {x});
  }
};

template <class Class>
Report shared(const testing::SharingSetting& setting = {}) {
  return testing::check_sharing(kInfo<Class>, {}, setting);
}

void caught(const Report& report, const std::string& check, std::string_view beginning) {
  CHECK(failures(report) == Names{check});
  const std::string sentence = result_of(report, check).sentence;
  CAPTURE(sentence);
  CHECK(sentence.starts_with(beginning));
}

}  // namespace

TEST_CASE("a way to share with nothing wrong passes every check") {
  CHECK(failures(shared<RightSharing>()) == Names{});
  CHECK(failures(shared<RightSharing>({.features = 3, .units = 5})) == Names{});
  CHECK(shared<RightSharing>().size() == 8);
}

TEST_CASE("a way to share that throws") {
  caught(shared<ThrowsInRecord>(), "shapes", "expected no error, found: ");
}

TEST_CASE("a derivative under sharing that is not one") {
  if (kDouble) {
    caught(shared<WrongGradient>(), "gradients", "expected ");
  } else {
    CHECK(failures(shared<WrongGradient>()) == Names{});
  }
}

TEST_CASE("a task's own parameter that serves two tasks") {
  caught(shared<OwnedByThree>(), "owners",
         "expected a parameter that is a task's own to serve one loss, found that "
         "trunk/low/everyone/0/linear/weight is reached by those of 'a' and 'b'");
}

TEST_CASE("features that depend on who else is asked for") {
  caught(shared<LooksAtOthers>(), "demand",
         "expected a task that is asked for alone to have the features that it has among all, ");
}

TEST_CASE("features that depend on whose inputs they are") {
  caught(shared<ReadsStreams>(), "inputs",
         "expected the same features from common inputs and from equal ones of each task's own, ");
}

TEST_CASE("features of a row that depend on the batch") {
  caught(shared<DividesByRows>(), "rows",
         "expected the features of a row to be the same in batches of 1 and of 7, found ");
}

TEST_CASE("objects that differ from each other") {
  caught(shared<CountsItself>(), "determinism",
         "expected the same bits from two objects made alike, found that ");
}

TEST_CASE("which parameters are shared is told by name") {
  const std::map<std::string, bool> shared = testing::parameters_shared(kInfo<RightSharing>);
  CHECK(shared.size() == 16);  // two stages, weight and bias: one shared column, three of the tasks
  CHECK(shared.at("trunk/low/0/linear/weight"));
  CHECK_FALSE(shared.at("trunk/high/b/0/linear/bias"));
}

TEST_CASE("a task is no way to share") {
  const Report report = testing::check_sharing(kInfo<RightTask>);
  CHECK(failures(report) == Names{"options"});
  CHECK(report[0].sentence ==
        "[plugin tried] expected a plugin that contributes a sharing, found one that contributes a "
        "task");
}

}  // namespace espalier::test
