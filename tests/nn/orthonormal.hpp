// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "../autodiff/support.hpp"

namespace xtape::test {

// The largest |W W' - gain^2 I| or |W' W - gain^2 I|, whichever is the smaller product
template <class T> double not_orthonormal(const Array<T>& w, double gain) {
    const std::size_t rows = w.shape()[0], columns = w.shape()[1];
    const bool tall = rows >= columns;
    const std::size_t n = tall ? columns : rows, length = tall ? rows : columns;
    double worst = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            double dot = 0;
            for (std::size_t k = 0; k < length; ++k)
                dot += tall ? double(w(k, i)) * double(w(k, j)) : double(w(i, k)) * double(w(j, k));
            worst = std::max(worst, std::abs(dot - (i == j ? gain * gain : 0)));
        }
    return worst;
}

}  // namespace xtape::test
