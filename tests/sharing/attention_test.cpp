#include "sharing/by_hand.hpp"

using namespace espalier;
using namespace espalier::test;

namespace {

/// linear(4), tanh, linear(3), then linear(5), tanh: the first stage has an inner feature.
std::vector<Stage> inner_stages() {
  std::vector<Stage> stages;
  stages.push_back(linear_stage("low", 4));
  stages[0].layers.push_back(use("linear", {{"units", Index{3}}}));
  stages.push_back(linear_stage("high", 5));
  return stages;
}

/// 2x2 images of one channel: a 1x1 convolution, then another and its maximum over the image.
std::vector<Stage> image_stages() {
  std::vector<Stage> stages(2);
  stages[0].name = "low";
  stages[0].layers.push_back(use("conv", {{"channels", Index{2}}, {"kernel", Index{1}}}));
  stages[1].name = "high";
  stages[1].layers.push_back(use("conv", {{"channels", Index{3}}, {"kernel", Index{1}}}));
  stages[1].layers.push_back(use("max_pool", {{"kernel", Index{2}}}));
  return stages;
}

struct Attended {
  Chosen strategy;
  ParameterStore store{3};
  TrunkModel model;
  bool norm = true;

  Attended(const std::vector<Stage>& stages, const std::map<std::string, Option>& options,
           const TrunkCase& c)
      : strategy(chosen("mtan", 2, options)), model(strategy.blocks, stages, store, c) {
    norm = !options.contains("norm");
    scatter(store);
  }

  Rows mask(const std::string& name, const Rows& seen) {
    Rows y = dense(store, name + "/g", seen);
    if (norm) y = normed(store, name + "/g_norm", y);
    y = dense(store, name + "/h", each(relu_of, y));
    if (norm) y = normed(store, name + "/h_norm", y);
    return each(sigmoid_of, y);
  }
};

Rows beside(Rows a, const Rows& b) {
  for (std::size_t r = 0; r < a.size(); ++r) a[r].insert(a[r].end(), b[r].begin(), b[r].end());
  return a;
}

Rows largest_of_four(const Rows& x) {
  Rows y;
  for (std::size_t r = 0; r < x.size(); ++r) {
    if (r % 4 == 0) y.push_back(x[r]);
    for (std::size_t i = 0; i < x[r].size(); ++i) y.back()[i] = std::max(y.back()[i], x[r][i]);
  }
  return y;
}

const std::string kTask[] = {"/a", "/b"};

}  // namespace

TEST_CASE("a mask looks at the inner feature and at what the task attended to before") {
  for (const TrunkCase& c : two_task_cases()) {
    // With norm the rows of a stream meet in the mask, with own inputs on their own.
    for (const std::map<std::string, Option>& options :
         {std::map<std::string, Option>{},
          std::map<std::string, Option>{{"norm", false}, {"size", Index{2}}}}) {
      Attended mtan(inner_stages(), options, c);
      ParameterStore& store = mtan.store;
      mtan.model.loss();
      for (std::size_t t = 0; t < 2; ++t) {
        const Rows x = rows_of_task(mtan.model, c, t);
        const Rows u = each(tanh_of, dense(store, "trunk/low/0/linear", x));
        const Rows p = dense(store, "trunk/low/2/linear", u);
        const Rows seen = each(product_of_two, mtan.mask("trunk/low" + kTask[t] + "/mask", u), p);
        const Rows q = each(tanh_of, dense(store, "trunk/high/0/linear", p));
        const Rows before = each(relu_of, dense(store, "trunk/high/fit/linear", seen));
        const Rows mask = mtan.mask("trunk/high" + kTask[t] + "/mask", beside(q, before));
        check_rows(mtan.model.features(t), each(product_of_two, mask, q));
      }
    }
  }
}

TEST_CASE("what was attended to before is pooled where the stage shrinks the image") {
  for (TrunkCase c : two_task_cases()) {
    c.sample = {2, 2, 1};
    Attended mtan(image_stages(), {{"norm", false}}, c);
    ParameterStore& store = mtan.store;
    Tensor fit = named(store, "trunk/high/fit/conv/weight").value;
    REQUIRE(fit.shape == Shape{3, 3, 3, 2});
    for (Index i = 0; i < fit.size(); ++i) {
      if (i / 2 % 9 != 4) fit.data[i] = 0;  // the middle of the 3x3 kernel stays
    }
    mtan.model.loss();
    for (std::size_t t = 0; t < 2; ++t) {
      Rows x;  // a row for each pixel
      for (const auto& image : rows_of_task(mtan.model, c, t)) {
        for (const double pixel : image) x.push_back({pixel});
      }
      const Rows p = dense(store, "trunk/low/0/conv", x);
      const Rows seen = each(product_of_two, mtan.mask("trunk/low" + kTask[t] + "/mask", p), p);
      const Rows q = largest_of_four(dense(store, "trunk/high/0/conv", p));
      const Rows before = largest_of_four(each(relu_of, dense(store, "trunk/high/fit/conv", seen)));
      const Rows mask = mtan.mask("trunk/high" + kTask[t] + "/mask", beside(q, before));
      check_rows(mtan.model.features(t), each(product_of_two, mask, q));
    }
  }
}

TEST_CASE("gradients through masks of an inner feature are derivatives") {
  const std::vector<Stage> stages = inner_stages();
  for (const TrunkCase& c : two_task_cases()) {
    for (const std::map<std::string, Option>& options :
         {std::map<std::string, Option>{},
          std::map<std::string, Option>{{"norm", false}, {"size", Index{3}}}}) {
      Attended mtan(stages, options, c);
      check_gradients(mtan.model, mtan.store);
    }
  }
}

TEST_CASE("attention does not rename the layers of a stage with an inner feature") {
  const std::vector<Stage> stages = inner_stages();
  for (const TrunkCase& c : two_task_cases()) {
    const Chosen hard = chosen("hard", 2);
    ParameterStore store{3};
    TrunkModel plain(hard.blocks, stages, store, c);
    Attended mtan(stages, {{"norm", false}}, c);
    std::size_t copied = 0;
    copy_parameters(store, mtan.store, [&](const std::string& name) {
      named(mtan.store, name);
      ++copied;
      return name;
    });
    CHECK(copied > 0);
    for (Parameter& p : mtan.store.parameters()) {
      if (p.name.find("/mask/h/bias") == std::string::npos) continue;
      for (real& number : p.value.span()) number = 60;
    }
    plain.loss();
    mtan.model.loss();
    for (std::size_t t = 0; t < 2; ++t) CHECK(plain.features(t) == mtan.model.features(t));
  }
}
