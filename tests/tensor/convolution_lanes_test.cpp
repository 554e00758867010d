#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "espalier/random.hpp"
#include "tensor/convolution.hpp"
#include "tensor/convolution_unfolded.hpp"
#include "tensor/convolution_winners.hpp"
#include "tensor/winner_blocks.hpp"

using namespace espalier;
using convolution::kMostLanes;

namespace {

using Numbers = std::vector<real>;

Numbers random_numbers(Index count, const std::string& name) {
  RandomStream random(1, name);
  Numbers numbers(static_cast<std::size_t>(count));
  for (real& number : numbers) number = static_cast<real>(random.uniform() - 0.5);
  return numbers;
}

Numbers nan(Index count) {
  return Numbers(static_cast<std::size_t>(count), std::numeric_limits<real>::quiet_NaN());
}

struct Case {
  Window v;
  Index outputs;
};

// Rows in pairs (with an odd and an even number of them), pixels apart in one vector and in two,
// pixels side by side; borders, steps, one output, several images at once.
const Case kCases[] = {
    {{28, 28, 1, 5, 5, 1, 0}, 10},  {{14, 14, 1, 4, 3, 2, 2}, 3}, {{12, 12, 10, 5, 5, 1, 0}, 20},
    {{8, 8, 20, 3, 3, 1, 1}, 9},    {{9, 9, 3, 3, 7, 2, 2}, 5},   {{14, 14, 32, 3, 3, 1, 1}, 64},
    {{6, 6, 5, 3, 3, 1, 2}, 1},     {{6, 6, 10, 3, 3, 1, 1}, 4},  {{8, 8, 24, 3, 3, 1, 1}, 40},
    {{11, 11, 24, 3, 3, 2, 1}, 40}, {{2, 2, 6, 3, 3, 1, 1}, 4},   {{2, 2, 3, 3, 3, 1, 1}, 4}};

/// Lanes behind the same winners.
struct Lanes {
  Case t;
  Index images;
  Numbers x, w;
  std::vector<std::uint8_t> winners;
  std::vector<Numbers> dy;

  Lanes(const Case& of, Index count, Index lanes)
      : t(of),
        images(count),
        x(random_numbers(count * of.v.image_size(), "x")),
        w(random_numbers(of.outputs * of.v.column_size(), "w")) {
    const Index numbers = count * of.v.positions() * of.outputs / 4;
    RandomStream random(1, "winners");
    for (Index i = 0; i < numbers; ++i) {
      winners.push_back(static_cast<std::uint8_t>(random.below(5)));
    }
    for (Index l = 0; l < lanes; ++l) {
      dy.push_back(random_numbers(numbers, "dy" + std::to_string(l)));
    }
  }

  OutputGradient gradient(std::size_t lane) const { return {dy[lane].data(), winners.data()}; }
};

void check_close(const Numbers& found, const Numbers& wanted) {
  double worst = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto of = static_cast<double>(wanted[i]);
    const double error = std::abs(static_cast<double>(found[i]) - of) / (1.0 + std::abs(of));
    worst = std::isfinite(error) ? std::max(worst, error) : 1e9;
  }
  CHECK(worst < 1e-5);
}

void check_weight_gradients(const Lanes& p, int threads) {
  const auto& way = convolution::winners::kWeightGradient;
  const Window& v = p.t.v;
  const auto count = static_cast<Index>(p.dy.size());
  std::vector<Numbers> dw, db;
  for (std::size_t l = 0; l < p.dy.size(); ++l) {
    dw.push_back(nan(static_cast<Index>(p.w.size())));
    db.push_back(nan(p.t.outputs));
  }
  std::vector<convolution::WeightLane> lanes;
  for (std::size_t l = 0; l < p.dy.size(); ++l) {
    lanes.push_back({p.dy[l].data(), dw[l].data(), l == 1 ? nullptr : db[l].data()});
  }
  Numbers scratch = nan(way.lanes_scratch(v, p.t.outputs, threads, count));
  way.run_lanes(v, p.images, p.x.data(), p.winners.data(), lanes, p.t.outputs, scratch);
  for (std::size_t l = 0; l < p.dy.size(); ++l) {
    Numbers alone = nan(static_cast<Index>(p.w.size())), sums = nan(p.t.outputs);
    Numbers room = nan(way.scratch(v, p.t.outputs, threads, true));
    way.run(v, p.images, p.x.data(), p.gradient(l), p.t.outputs, 1.0, 0.0, alone.data(), room);
    CHECK(dw[l] == alone);
    p.gradient(l).channel_sums(p.images * v.positions(), p.t.outputs, 1.0, 0.0, sums.data());
    if (l != 1) check_close(db[l], sums);
  }
}

void check_input_gradients(const Lanes& p, int threads) {
  const auto& way = convolution::winners::kInputGradient;
  const Window& v = p.t.v;
  const auto count = static_cast<Index>(p.dy.size());
  const Index numbers = p.images * v.image_size();
  const auto adds = [](std::size_t l) { return l % 2 == 1; };
  const auto before = [&](std::size_t l) {
    return adds(l) ? random_numbers(numbers, "dx") : nan(numbers);
  };
  std::vector<Numbers> dx;
  for (std::size_t l = 0; l < p.dy.size(); ++l) dx.push_back(before(l));
  std::vector<convolution::InputLane> lanes;
  for (std::size_t l = 0; l < p.dy.size(); ++l) {
    lanes.push_back({p.dy[l].data(), dx[l].data(), adds(l)});
  }
  Numbers scratch = nan(way.lanes_scratch(v, p.t.outputs, threads, count));
  way.run_lanes(v, p.images, p.winners.data(), lanes, p.t.outputs, p.w.data(), scratch);
  for (std::size_t l = 0; l < p.dy.size(); ++l) {
    Numbers alone = before(l);
    Numbers room = nan(way.scratch(v, p.t.outputs, p.images, threads, true));
    way.run(v, p.images, p.gradient(l), p.t.outputs, p.w.data(), adds(l), alone.data(), room);
    check_close(dx[l], alone);  // an order of their own, as windows overlap
  }
}

}  // namespace

TEST_CASE("gradients of lanes behind the same winners are those of each lane alone") {
  const int before = parallel::threads();
  for (const Case& t : kCases) {
    CAPTURE(t.v.height);
    CAPTURE(t.outputs);
    REQUIRE(pool_halves::fits(pool_halves::over(t.v, t.outputs)));
    for (const int threads : {1, 2}) {
      parallel::set_threads(threads);
      for (Index lanes = 2; lanes <= kMostLanes; ++lanes) {
        CAPTURE(lanes);
        const Lanes p(t, 8, lanes);
        check_weight_gradients(p, threads);
        check_input_gradients(p, threads);
      }
    }
  }
  parallel::set_threads(before);
}

TEST_CASE("convolutions of the usual models gain by lanes") {
  if (kMostLanes < 4) {
    MESSAGE("skipped: few registers, few lanes");
    return;
  }
  for (const std::size_t k : {std::size_t{0}, std::size_t{2}, std::size_t{5}}) {
    const Case& t = kCases[k];
    CAPTURE(t.outputs);
    CHECK(convolution::gains_by_weight_lanes(t.v, t.outputs, kMostLanes));
    if (t.v.channels > 1) CHECK(convolution::gains_by_input_lanes(t.v, t.outputs, kMostLanes));
  }
}

TEST_CASE("places of pooling are summed whole where that takes fewer numbers") {
  const auto whole = [](const Case& t) {
    return convolution::winners::BlocksLayout::choose(t.v, t.outputs).whole;
  };
  CHECK(std::ranges::count_if(kCases, whole) >= 2);
  CHECK(std::ranges::count_if(kCases, whole) < std::ssize(kCases));
  for (const Case& t : kCases) {
    CAPTURE(t.outputs);
    const convolution::winners::BlocksLayout pixels(t.v, t.outputs, false),
        places(t.v, t.outputs, true);
    const Index small = pixels.rows * pixels.row, large = places.rows * places.row;
    if (large <= small) CHECK(whole(t));
    if (5 * large > 11 * small) CHECK_FALSE(whole(t));
  }
  CHECK_FALSE(whole(kCases[5]));
}

TEST_CASE("so many outputs as one pixel can win them all") {
  constexpr Index kMost = 4095;
  const auto& way = convolution::winners::kInputGradient;
  const Window v{4, 4, 1, 3, 3, 1, 1};
  CHECK(way.cost(v, kMost, true) < convolution::kNever);
  CHECK(way.cost(v, kMost + 1, true) == convolution::kNever);
  Lanes p({v, kMost}, 1, 1);
  const auto& unfolded = convolution::unfolded::kInputGradient;
  for (std::uint8_t who = 0; who <= pool_halves::kNobody; ++who) {
    std::ranges::fill(p.winners, who);
    Numbers found = nan(v.image_size()), wanted = found;
    Numbers room = nan(way.scratch(v, kMost, 1, 1, true));
    Numbers other = nan(unfolded.scratch(v, kMost, 1, 1, true));
    way.run(v, 1, p.gradient(0), kMost, p.w.data(), false, found.data(), room);
    unfolded.run(v, 1, p.gradient(0), kMost, p.w.data(), false, wanted.data(), other);
    check_close(found, wanted);
  }
}
