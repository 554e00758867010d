// module: tensor
#pragma once

// Include this before any xtensor header. In xtensor 0.24 (Debian 12) a workaround for g++ is
// switched on for C++17 only; beyond it g++ takes a dynamic shape (svector) for a static one, and
// temporaries of xarray expressions become tensors of rank 4: wrong results or a crash
// (xtensor-stack/xtensor issues 1970 and 2701). The specialisation below says what a dynamic shape
// is.

#include <xtensor/xstorage.hpp>
#include <xtensor/xtensor_forward.hpp>

#if defined(__GNUC__) && !defined(__clang__) && __cplusplus > 201703L
namespace xt::detail {

template <class Shape>
struct xtype_for_shape;

// In this general form, and not for svector by name, it is more special than xtensor's own one for
// static shapes.
template <template <class, std::size_t, class, bool> class Dynamic, class Extent,
          std::size_t Capacity, class Allocator, bool Initialise>
struct xtype_for_shape<Dynamic<Extent, Capacity, Allocator, Initialise>> {
  template <class Value, layout_type Layout>
  using type = xarray<Value, Layout>;
};

}  // namespace xt::detail
#endif
