// MTAN (Liu, Johns, Davison, CVPR 2019, "End-to-End Multi-Task Learning with Attention"). All tasks
// share the stage's layers; each looks at their output p through a mask of its own:
//   a_t = sigmoid(BN(h_t(ReLU(BN(g_t([u; f(a_t' p')])))))),   features of task t: a_t p
// u is an inner feature of the stage: what its last layer with weights reads, where it has two of
// them and the sizes fit, else p. a_t' p' are the task's attended features of the stage before,
// brought to u's size by f, which the tasks share (3x3 convolution and ReLU, pooled where the stage
// shrank; dense features: a linear layer). The first stage has none. g_t, h_t are 1x1 convolutions
// (dense features: linear layers) and the task's own; layers and f are the balancer's.
// The unmasked p goes on to the next stage as the shared flow.
// Deviations: g has at most 128 channels unless `size` says otherwise (wide dense features would
// make the masks larger than the trunk), and f of dense features has as many units as g; a stage's
// pooling is part of p, so that masks lie over pooled features (the paper masks before pooling).
#include "sharing/every_stage.hpp"
#include "sharing/make.hpp"
#include "sharing/pointwise.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "espalier/error.hpp"

namespace espalier {

namespace {

class Attention final : public StageSharing {
 public:
  void fields(Fields& f) override {
    f.integer({"size", "channels between g and h; 0: as many as the stage has, at most 128"}, size_,
              {.at_least = 0});
    f.flag({"norm", "batch norm behind g and h"}, norm_);
  }

  Demand demand(const Demand& out, bool /*last*/) const override { return {out.tasks, out.all()}; }

  Flows record(const StageNet& stage, const Flows& in) const override {
    const Var x = shared_input(stage, in);
    const std::size_t split = last_weights(stage);
    Var u = x;
    if (split > 0) u = stage.layers(x, "", StageNet::kShared, 0, split);
    const Var p = stage.layers(u, "", StageNet::kShared, split, stage.layer_count());
    if (split == 0 || !same_places(stage.tape(), u, p)) u = p;
    Flows out{std::vector<Var>(stage.tasks()), {}};
    for (std::size_t t = 0; t < stage.tasks(); ++t) {
      const StreamSet& wanted = stage.wanted().tasks[t];
      if (wanted.empty()) continue;
      Var seen = stage.rows(u, wanted);
      if (in.tasks[t].id != in.shared.id && in.shared.id >= 0) {
        seen =
            concat(stage.tape(), {seen, fitted(stage, stage.rows(in.tasks[t], wanted), seen)}, -1);
      }
      const Net net = stage.net(stage.task_name(t) + "/mask", static_cast<int>(t));
      const Var own = stage.rows(p, wanted);
      out.tasks[t] = multiply(net, mask(net, seen, stage.tape().shape(own)[-1]), own);
    }
    const StreamSet& of_shared = stage.wanted().shared;
    if (!of_shared.empty()) out.shared = stage.rows(p, of_shared);
    return out;
  }

 private:
  static Var shared_input(const StageNet& stage, const Flows& in) {
    Var x = in.shared;
    for (const Var own : in.tasks) {
      if (own.id < 0 || in.shared.id >= 0) continue;
      if (x.id >= 0 && x.id != own.id) {
        throw ShapeError(
            "[attention] expected one value that enters the stage for all tasks, found "
            "one for each; nearest: stages that are shared, or attention, before it");
      }
      x = own;
    }
    return stage.rows(x, stage.wanted().all());
  }

  static bool weighs(std::string_view kind) { return kind == "conv" || kind == "linear"; }

  // The last layer with weights, where another one is before it; 0 elsewhere.
  static std::size_t last_weights(const StageNet& stage) {
    std::size_t count = 0, last = 0;
    for (std::size_t i = 0; i < stage.layer_count(); ++i) {
      if (!weighs(stage.layer_kind(i))) continue;
      ++count;
      last = i;
    }
    return count > 1 ? last : 0;
  }

  static bool same_places(const Tape& tape, Var a, Var b) {
    Shape x = tape.shape(a), y = tape.shape(b);
    if (x.rank() != y.rank()) return false;
    x.set(x.rank() - 1, 1);
    y.set(y.rank() - 1, 1);
    return x == y;
  }

  // What the task attended to before, with the size of `like`.
  Var fitted(const StageNet& stage, Var before, Var like) const {
    const Net net = stage.net("fit", StageNet::kShared);
    const Shape to = stage.tape().shape(like);  // copies: the tape's own move while it records
    if (to.rank() != 4) {
      const Var flat = stage.tape().shape(before).rank() > 2 ? flatten(net, before) : before;
      return relu(net, linear(net, "linear", flat, {.units = width_of(to[-1])}));
    }
    Var y = relu(net, conv(net, "conv", before, {.channels = to[-1], .kernel = 3}));
    const Shape from = stage.tape().shape(y);
    const Index stride = std::max<Index>(1, from[1] / to[1]);
    const Index kernel = from[1] - (to[1] - 1) * stride;
    constexpr Index kMost = 15;  // that max_pool takes
    if (kernel < 1 || kernel > kMost || from[2] - (to[2] - 1) * stride != kernel) {
      throw ShapeError(text::cat("[attention] expected features that square windows of at most ",
                                 kMost, " pixels bring to the size of the next ones, found ",
                                 to_string(from), " before ", to_string(to)));
    }
    return kernel > 1 ? max_pool(net, y, {.kernel = kernel, .stride = stride}) : y;
  }

  Var mask(const Net& net, Var seen, Index width) const {
    Var y = pointwise(net, "g", seen, width_of(width));
    if (norm_) y = batch_norm(net, "g_norm", y);
    y = pointwise(net, "h", relu(net, y), width);
    if (norm_) y = batch_norm(net, "h_norm", y);
    return sigmoid(net, y);
  }

  Index width_of(Index channels) const {
    constexpr Index kMost = 128;
    return size_ > 0 ? size_ : std::min(channels, kMost);
  }

  Index size_ = 0;
  bool norm_ = true;
};

}  // namespace

std::unique_ptr<StageSharing> make_attention_stage() { return std::make_unique<Attention>(); }

std::unique_ptr<SharingStrategy> make_mtan() {
  return std::make_unique<EveryStage>(make_attention_stage());
}

}  // namespace espalier
