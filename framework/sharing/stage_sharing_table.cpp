#include "sharing/make.hpp"

namespace espalier {

std::span<const StageSharingEntry> stage_sharing_table() {
  static constexpr StageSharingEntry kTable[] = {
      {"adapter",
       {"layers that all tasks share, with a small residual part for each behind them",
        "y_t = x + A_t x, A_t zero at the start; kind: residual (1x1 convolution) or bottleneck",
        "Rebuffi et al. 2017, Learning multiple visual domains with residual adapters; Houlsby et "
        "al. 2019",
        "the layers; adapters are their task's own"},
       make_adapter_stage},
      {"attention",
       {"layers that all tasks share, seen through a mask of each",
        "a_t = sigmoid(h_t(g_t([u; f(a_t' p')]))), y_t = a_t p, p the layers' output",
        "Liu et al. 2019, End-to-End Multi-Task Learning with Attention (MTAN)",
        "the layers and f; g_t, h_t are their task's own"},
       make_attention_stage},
      {"branch",
       {"a column for each task, which chooses what it reads from the columns before",
        "x_t = x_j, j = argmax of trained logits with Gumbel noise; evaluation: of the logits "
        "alone",
        "Guo et al. 2020, Learning to Branch for Multi-Task Learning", "columns and logits"},
       make_branch_stage},
      {"experts",
       {"several copies of the layers, weighed by a gate of each task",
        "y_t = sum_e g_te(x) f_e(x) over shared and private experts",
        "Ma et al. 2018 (MMoE); Tang et al. 2020 (CGC, PLE); Hazimeh et al. 2021 (DSelect-k)",
        "shared experts, and below the last level of experts all experts and gates"},
       make_experts_stage},
      {"nddr",
       {"a column for each task; each then reduces all columns to its width",
        "y_t = ReLU(BN(W_t [x_1, ..., x_T])), W_t a 1x1 convolution that starts diagonal",
        "Gao et al. 2019, NDDR-CNN", "columns and reductions"},
       make_nddr_stage},
      {"private",
       {"each task has a copy of the layers", "y_t = f_t(x_t), on the rows of task t alone", "",
        "none"},
       make_private_stage},
      {"shared",
       {"all tasks, or those of a group, use the same layers",
        "y_t = f(x_t); tasks with the same features pass together\n"
        "groups: [[a, b], [c]]: one copy of the layers for a and b, one for c",
        "Caruana 1997, Multitask Learning", "the layers of every group of two tasks or more"},
       make_shared_stage},
      {"sluice",
       {"a column for each task, whose channels are mixed by subspaces",
        "subspace g of task t = sum_{u,h} alpha_{tg,uh} x_{u,h}",
        "Ruder et al. 2019, Latent Multi-task Architecture Learning", "columns and alphas"},
       make_sluice_stage},
      {"soft",
       {"a column for each task, tied by a penalty",
        "l2: strength * sum_t ||theta_t - mean||^2; trace: strength * nuclear norm of all columns",
        "Duong et al. 2015; Yang & Hospedales 2017",
        "none: each column learns from its own task, and the penalty is no task"},
       make_soft_stage},
      {"stitch",
       {"a column for each task, and a unit that mixes them",
        "y_t = sum_j a_tj f_j(x_j), a by channel or one number a column",
        "Misra et al. 2016, Cross-stitch Networks for Multi-task Learning", "columns and units"},
       make_stitch_stage},
  };
  return kTable;
}

}  // namespace espalier
