// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array_math.hpp>

namespace xtape {

// The gradient of weights that are used at every step is a sum of thin products a' b. They wait here, one below the
// other, and become one product of up to `most` rows: several times faster where a batch is small.
template <class T> class ThinProducts {
public:
    static constexpr std::size_t most = 256;
    static bool takes(const Product<T>& p) { return p.ta && !p.tb && p.rows() > 0 && p.rows() < 32; }
    void add(const Product<T>& p, Array<T>& sum) {
        const std::size_t k = p.rows(), m = p.a.size() / k, n = p.b.size() / k;
        if (rows_ + k > most) flush(sum);
        if (rows_ == 0) a_.resize({most, m}), b_.resize({most, n});
        std::copy_n(p.a.data(), k * m, a_.data() + rows_ * m);
        std::copy_n(p.b.data(), k * n, b_.data() + rows_ * n);
        rows_ += k;
    }
    void flush(Array<T>& sum) {
        const std::size_t m = a_.shape()[1], n = b_.shape()[1];
        gemm<T>({a_.data(), m, rows_, m, true}, {b_.data(), rows_, n, n}, {sum.data(), n, sum.data(), n});
        rows_ = 0;
    }

private:
    Array<T> a_, b_;
    std::size_t rows_ = 0;
};

}  // namespace xtape
