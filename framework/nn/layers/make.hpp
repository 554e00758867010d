#pragma once

#include <memory>

#include "nn/layer.hpp"

/// One maker for each file of this folder; `layer_table` (nn/layer_table.cpp) names them.
namespace espalier {

std::unique_ptr<Layer> make_average_pool();
std::unique_ptr<Layer> make_batch_norm();
std::unique_ptr<Layer> make_conv();
std::unique_ptr<Layer> make_dropout();
std::unique_ptr<Layer> make_embedding();
std::unique_ptr<Layer> make_flatten();
std::unique_ptr<Layer> make_gelu();
std::unique_ptr<Layer> make_global_average_pool();
std::unique_ptr<Layer> make_layer_norm();
std::unique_ptr<Layer> make_linear();
std::unique_ptr<Layer> make_max_pool();
std::unique_ptr<Layer> make_mean();
std::unique_ptr<Layer> make_parameter();
std::unique_ptr<Layer> make_relu();
std::unique_ptr<Layer> make_reshape();
std::unique_ptr<Layer> make_scale();
std::unique_ptr<Layer> make_sigmoid();
std::unique_ptr<Layer> make_softmax();
std::unique_ptr<Layer> make_tanh();

}  // namespace espalier
