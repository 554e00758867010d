// NDDR (Gao, Ma, Zhao, Liu, Yuille, CVPR 2019, "NDDR-CNN: Layerwise Feature Fusing in Multi-Task
// CNNs by Neural Discriminative Dimensionality Reduction"). Each task has a column of the stage's
// layers; behind them each task reduces the concatenated columns to their width again:
//   task t gets ReLU(BN(conv1x1([x_1, ..., x_T])))      (dense features: a linear layer)
// The 1x1 convolution starts diagonal: `same` on the own column's channel, `other` / (T - 1) on the
// others'. Columns and reductions learn from all losses: all of them are the balancer's.
// Deviation: columns start from the experiment's initialisation, not from single-task networks.
#include "sharing/columns.hpp"
#include "sharing/every_stage.hpp"
#include "sharing/make.hpp"
#include "sharing/pointwise.hpp"

namespace espalier {

namespace {

class Nddr final : public StageSharing {
 public:
  void fields(Fields& f) override {
    f.number({"same", "first weight of the own column's channel (alpha)"}, same_);
    f.number({"other", "first weights of the other columns' channel, together (beta)"}, other_);
    f.flag({"norm", "batch norm behind the reduction"}, norm_);
    f.flag({"relu", "ReLU behind the reduction"}, relu_);
  }

  Demand demand(const Demand& out, bool /*last*/) const override { return all_from_each(out); }

  bool mixes() const override { return true; }
  Flows record(const StageNet& stage, const Flows& in) const override {
    const std::vector<Var> columns = shared_columns(stage, in, stage.wanted().all());
    Flows out{std::vector<Var>(stage.tasks()), {}};
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& wanted = stage.wanted().tasks[t];
      if (wanted.empty()) continue;
      const Net net = stage.net(stage.task_name(t) + "/reduce", StageNet::kShared);
      const Var all = concat(net, rows_of_each(stage, columns, wanted), -1);
      out.tasks[t] = reduced(net, all, t, stage.tasks());
    }
    return out;
  }

 private:
  Var reduced(const Net& net, Var all, std::size_t task, std::size_t tasks) const {
    const Index width = net.tape().shape(all)[-1] / static_cast<Index>(tasks);
    const Initializer start{Initializer::Kind::given, 0.0, diagonal(task, tasks, width)};
    const bool images = net.tape().shape(all).rank() == 4;
    Var y = pointwise(net, images ? "conv" : "linear", all, width, &start, !norm_);
    if (norm_) y = batch_norm(net, "norm", y);
    return relu_ ? relu(net, y) : y;
  }

  // (C, T C): row c has its coefficients at channel c of every column.
  std::vector<double> diagonal(std::size_t task, std::size_t tasks, Index width) const {
    const auto channels = static_cast<std::size_t>(width);
    std::vector<double> weights(channels * channels * tasks);
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t j = 0; j < tasks; ++j) {
        weights[c * channels * tasks + j * channels + c] =
            coefficient(j == task, same_, other_, tasks);
      }
    }
    return weights;
  }

  double same_ = 0.9;
  double other_ = 0.1;
  bool norm_ = true;
  bool relu_ = true;
};

}  // namespace

std::unique_ptr<StageSharing> make_nddr_stage() { return std::make_unique<Nddr>(); }

std::unique_ptr<SharingStrategy> make_nddr() {
  return std::make_unique<EveryStage>(make_nddr_stage());
}

}  // namespace espalier
