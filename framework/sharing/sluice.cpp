// Sluice networks (Ruder, Bingel, Augenstein, Sogaard, AAAI 2019, "Latent Multi-task Architecture
// Learning"). Each task has a column of the stage's layers, whose output channels are split into G
// subspaces; an alpha matrix mixes the T G subspaces of all columns:
//   subspace g of task t gets sum_{u,h} alpha_{tg,uh} x_{u,h}
// starting from `same` on its own and `other` shared out among the rest. `orthogonality` adds
// lambda sum_t sum_{g<h} ||W_tg W_th'||^2 over the last weights (of a linear layer or convolution;
// a stage without any has no penalty) of every column, rows grouped by subspace: a penalty, which
// is no task. Columns and alphas are the balancer's. The mixture over layers (beta) is the
// strategy's: see sluice_network.cpp.
// Deviation: an alpha matrix stands behind every stage, not behind every layer.
#include "sharing/columns.hpp"
#include "sharing/make.hpp"
#include "sharing/orthogonality.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

class Sluice final : public StageSharing {
 public:
  void fields(Fields& f) override {
    f.integer({"subspaces", "parts that each column's channels are split into"}, subspaces_,
              {.at_least = 1});
    f.number({"same", "first coefficient of a subspace itself"}, same_);
    f.number({"other", "first coefficients of all others, together"}, other_);
    f.number({"orthogonality", "factor of the penalty on the subspaces' inner products"},
             orthogonality_, {.at_least = 0});
    if (subspaces_ == 1 && orthogonality_ > 0.0) {
      f.refuse("orthogonality",
               text::cat("expected orthogonality only between two subspaces or more, found ",
                         text::number(orthogonality_), " with subspaces: 1"));
    }
  }

  Demand demand(const Demand& out, bool /*last*/) const override { return all_from_each(out); }
  bool mixes() const override { return true; }

  Flows record(const StageNet& stage, const Flows& in) const override {
    const StreamSet all = stage.wanted().all();
    std::vector<Var> columns;
    std::vector<Parameter*> weights;
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const std::size_t before = stage.tape().nodes().size();
      columns.push_back(
          stage.layers(stage.rows(in.tasks[t], all), stage.task_name(t), StageNet::kShared));
      const Index channels = stage.tape().shape(columns.back())[-1];
      check_channels(channels);
      if (orthogonality_ == 0.0) continue;
      Parameter* const weight = last_weight(stage.tape(), before);
      if (weight == nullptr) continue;
      if (weight->value.shape[0] != channels) {
        throw ShapeError(text::cat("[sluice] expected a last weight with a row for each of the ",
                                   channels, " channels of '", stage.task_name(t),
                                   "' under orthogonality, found ", to_string(weight->value.shape),
                                   "; nearest: layers that reshape at the beginning of the next "
                                   "stage"));
      }
      weights.push_back(weight);
    }
    if (!weights.empty() && subspaces_ > 1 && stage.tape().training()) {
      stage.tape().penalty(make_orthogonality(weights, subspaces_, orthogonality_));
    }
    return mixed(stage, columns);
  }

 private:
  // Of the ops recorded from node `first` on: the last weight whose rows are output channels.
  static Parameter* last_weight(const Tape& tape, std::size_t first) {
    for (std::size_t n = tape.nodes().size(); n-- > first;) {
      const Op* const op = tape.nodes()[n].op.get();
      if (op == nullptr || (op->name() != "linear" && op->name() != "conv2d")) continue;
      return op->parameters()[0];
    }
    return nullptr;
  }

  void check_channels(Index channels) const {
    if (channels % subspaces_ == 0) return;
    throw ShapeError(text::cat("[sluice] expected channels that ", subspaces_,
                               " subspaces divide, found ", channels));
  }

  Flows mixed(const StageNet& stage, const std::vector<Var>& columns) const {
    Flows out{std::vector<Var>(stage.tasks()), {}};
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& wanted = stage.wanted().tasks[t];
      if (wanted.empty()) continue;
      const Net net = stage.net(stage.task_name(t) + "/alpha", StageNet::kShared);
      const std::vector<Var> own = rows_of_each(stage, columns, wanted);
      std::vector<Var> subspaces;
      for (Index first = 0; first < subspaces_; first += kMostOfAnOp) {
        const Index end = std::min(first + kMostOfAnOp, subspaces_);
        std::vector<Parameter*> alphas;
        for (Index g = first; g < end; ++g) {
          alphas.push_back(&alpha(net, g, static_cast<Index>(t), columns.size()));
        }
        subspaces.push_back(mix_parts(net, own, subspaces_, alphas));
      }
      out.tasks[t] = subspaces.size() == 1 ? subspaces[0] : concat(net, subspaces, -1);
    }
    return out;
  }

  // Row (t, g) of the matrix.
  Parameter& alpha(const Net& net, Index g, Index task, std::size_t tasks) const {
    const Index count = static_cast<Index>(tasks) * subspaces_;
    std::vector<double> start;
    for (Index k = 0; k < count; ++k) {
      const bool itself = k == task * subspaces_ + g;
      start.push_back(coefficient(itself, same_, other_, static_cast<std::size_t>(count)));
    }
    return net.parameter(text::cat("subspace", g), {count}, {Initializer::Kind::given, 0.0, start});
  }

  static constexpr Index kMostOfAnOp = 8;  // rows of the matrix

  Index subspaces_ = 2;
  double same_ = 0.9;
  double other_ = 0.1;
  double orthogonality_ = 0.0;
};

}  // namespace

std::unique_ptr<StageSharing> make_sluice_stage() { return std::make_unique<Sluice>(); }

}  // namespace espalier
