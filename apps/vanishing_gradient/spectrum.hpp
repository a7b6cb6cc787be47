// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "networks.hpp"

namespace xtape::apps {

// dh_T/dh_{T-k} of tanh units along one sequence, (T, 1, I): H backward passes in one, through a batch of H equal
// sequences, each seeded with one unit of h_T. Row i is the gradient of h_T[i].
Array<double> jacobian(const nn::RNNCell<double>& cell, const Array<double>& xs, std::size_t k);

}  // namespace xtape::apps
