// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "networks.hpp"

namespace xtape::apps {

// dL_s/dW_h is a sum over t <= s: the recurrent weights were used at every step up to s. Its terms, by T backward
// passes through a network whose cell has weights of its own, with the same values, at each step: [s][t], t = 0 ... s.
// L_s is the cross entropy of what is read out of h_s; labels (T B), those of a step side by side.
std::vector<std::vector<Array<double>>> credit_terms(const Network& network, const Array<double>& xs,
                                                     const Indices& labels);

}  // namespace xtape::apps
