// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/backward.hpp>

namespace xtape::nn {

// Scales all gradients so that their common Euclidean norm is at most `most`; gives the norm from before.
// Throws Error with the parameter's name if a gradient is not finite, and changes none then: Pascanu et al. 2013
template <class T> double clip_by_norm(Gradients<T>& gradients, double most, Where = Where::here());

}  // namespace xtape::nn
