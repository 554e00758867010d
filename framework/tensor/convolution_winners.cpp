#include "tensor/convolution_winners.hpp"

#include <algorithm>
#include <array>

#include "core/parallel.hpp"
#include "tensor/winner_list.hpp"
#include "tensor/winner_windows.hpp"

namespace espalier::convolution::winners {

namespace {

using pool_halves::kPixels;
using simd::kLanes;

/// What each thread has: the windows, and sums (lanes, O, block).
struct Layout : WindowsLayout {
  Index lane;

  Layout(const Window& v, Index outputs) : WindowsLayout(v, outputs), lane(outputs * block) {}

  Index each(Index lanes) const { return all + lanes * lane; }
};

double lanes_cost(const Window& v, Index outputs, Index lanes) {
  const Layout layout(v, outputs);
  if (!layout.fits()) return kNever;
  constexpr double kPair = 100.0;  // what a place costs where rows are paired
  constexpr double kEntry = 35.0;  // what an entry costs besides its block
  constexpr double kEnd = 2.0;     // sums are read and written: for each image
  const bool lie_whole = layout.pixel % kLanes == 0 || layout.paired;
  const AddCost add{.read = lie_whole ? 0.55 : 1.25, .multiply = 0.75};
  const Index places = v.positions() / kPixels;
  const auto entries = static_cast<double>(places * outputs);
  const auto block = static_cast<double>(layout.block);
  return entries * (kPut + kEntry + add.of(lanes) * block) +
         kEnd * static_cast<double>(outputs * lanes) * block +
         (layout.paired ? kPair * static_cast<double>(v.positions()) : 0.0);
}

double cost(const Window& v, Index outputs, bool pooled) {
  return pooled ? lanes_cost(v, outputs, 1) : kNever;
}

Index lanes_scratch(const Window& v, Index outputs, int threads, Index lanes) {
  return threads * Layout(v, outputs).each(lanes);
}

Index scratch(const Window& v, Index outputs, int threads, bool /*pooled*/) {
  return lanes_scratch(v, outputs, threads, 1);
}

/// The sums of all pieces, `each` numbers apart.
struct Pieces {
  const real* sums;
  int count;
  Index each;

  real at(Index i) const {
    real sum = sums[i];
    for (int p = 1; p < count; ++p) sum += sums[p * each + i];
    return sum;
  }
};

/// dW = beta dW + alpha (sums of all pieces)
void finish(const Window& v, const Layout& layout, Index outputs, const Pieces& of, double alpha,
            double beta, real* dw) {
  const auto a = static_cast<real>(alpha), b = static_cast<real>(beta);
  constexpr Index kRows = 16;  // worth a thread
  parallel::for_pieces(outputs * v.kernel_height, kRows, [&](int, Index begin, Index end) {
    real* to = dw + begin * v.kernel_width * v.channels;
    for (Index row = begin; row < end; ++row) {
      const Index o = row / v.kernel_height, y = row % v.kernel_height;
      for (Index x = 0; x < v.kernel_width; ++x) {
        const Index first = o * layout.block + layout.of_row(y) + x * layout.pixel;
        for (Index i = first; i < first + v.channels; ++i, ++to) {
          *to = a * of.at(i) + (b == 0 ? real{0} : b * *to);
        }
      }
    }
  });
}

/// Sums of at most kMostLanes lanes, those of the first piece at the beginning of `scratch`.
/// Returns how many pieces there are.
int add_lanes(const Window& v, const Layout& layout, Index images, const real* x,
              const std::uint8_t* winners, std::span<const WeightLane> lanes, Index outputs,
              std::span<real> scratch) {
  const auto many = static_cast<Index>(lanes.size());
  const Index each = layout.each(many), numbers = v.positions() / kPixels * outputs;
  const Index grain = parallel::grain_for(images, static_cast<Index>(scratch.size()) / each);
  parallel::for_pieces(images, grain, [&](int piece, Index begin, Index end) {
    real* const sums = scratch.data() + piece * each;
    std::fill_n(sums, many * layout.lane, real{0});
    Windows windows(v, layout, outputs, sums + many * layout.lane);
    std::array<block_sums::Lane, static_cast<std::size_t>(kMostLanes)> some;
    for (Index n = begin; n < end; n += layout.at_once) {
      const Index here = std::min(layout.at_once, end - n);
      windows.put(here, x + n * v.image_size());
      for (std::size_t l = 0; l < lanes.size(); ++l) {
        some[l] = {lanes[l].dy + n * numbers, sums + static_cast<Index>(l) * layout.lane};
      }
      windows.add(here, winners + n * numbers, {some.data(), lanes.size()});
    }
  });
  return parallel::pieces(images, grain);
}

void run(const Window& v, Index images, const real* x, const OutputGradient& dy, Index outputs,
         double alpha, double beta, real* dw, std::span<real> scratch) {
  const Layout layout(v, outputs);
  const WeightLane lane{dy.dy, dw, nullptr};
  const int pieces = add_lanes(v, layout, images, x, dy.winners, {&lane, 1}, outputs, scratch);
  finish(v, layout, outputs, {scratch.data(), pieces, layout.each(1)}, alpha, beta, dw);
}

/// db of all lanes
void bias_gradients(const Window& v, const Layout& layout, Index images,
                    const std::uint8_t* winners, std::span<const WeightLane> lanes, Index outputs,
                    const Pieces& of) {
  parallel::for_pieces(static_cast<Index>(lanes.size()), 1, [&](int, Index begin, Index end) {
    for (Index l = begin; l < end; ++l) {
      const WeightLane& lane = lanes[static_cast<std::size_t>(l)];
      if (lane.db == nullptr) continue;
      if (layout.ones(v) < 0) {
        OutputGradient{lane.dy, winners}.channel_sums(images * v.positions(), outputs, 1.0, 0.0,
                                                      lane.db);
        continue;
      }
      for (Index o = 0; o < outputs; ++o) {
        lane.db[o] = of.at(l * layout.lane + o * layout.block + layout.ones(v));
      }
    }
  });
}

void run_lanes(const Window& v, Index images, const real* x, const std::uint8_t* winners,
               std::span<const WeightLane> lanes, Index outputs, std::span<real> scratch) {
  const Layout layout(v, outputs);
  const int pieces = add_lanes(v, layout, images, x, winners, lanes, outputs, scratch);
  const Pieces of{scratch.data(), pieces, layout.each(static_cast<Index>(lanes.size()))};
  for (std::size_t l = 0; l < lanes.size(); ++l) {
    const Index first = static_cast<Index>(l) * layout.lane;
    finish(v, layout, outputs, {of.sums + first, pieces, of.each}, 1.0, 0.0, lanes[l].dw);
  }
  bias_gradients(v, layout, images, winners, lanes, outputs, of);
}

}  // namespace

const WeightGradientWay kWeightGradient = {cost,       scratch,       run,
                                           lanes_cost, lanes_scratch, run_lanes};

}  // namespace espalier::convolution::winners
