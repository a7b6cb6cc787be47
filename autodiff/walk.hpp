// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array.hpp>

#include <array>

namespace xtape {

// Visits all places of a shape as an odometer counts, with where each is in the memory of N arrays that broadcast to
// it. An axis that is to be visited as a whole has length 1 in the shape, whatever its length in the arrays.
template <std::size_t N> class Walk {
public:
    Walk(const Shape& shape, const std::array<const Shape*, N>& arrays) : shape_(shape), count_(shape.size(), 0) {
        for (std::size_t k = 0; k < N; ++k) steps_[k] = steps(*arrays[k]);
    }
    std::size_t size() const {
        std::size_t n = 1;
        for (const std::size_t length : shape_) n *= length;
        return n;
    }
    std::size_t operator[](std::size_t array) const { return at_[array]; }
    void next() {
        for (std::size_t i = shape_.size(); i-- > 0;) {
            for (std::size_t k = 0; k < N; ++k) at_[k] += steps_[k][i];
            if (++count_[i] < shape_[i]) return;
            for (std::size_t k = 0; k < N; ++k) at_[k] -= steps_[k][i] * shape_[i];
            count_[i] = 0;
        }
    }

private:
    Shape steps(const Shape& array) const {
        Shape result(shape_.size(), 0);
        std::size_t step = 1;
        for (std::size_t i = 1; i <= array.size(); step *= array[array.size() - i], ++i)
            if (array[array.size() - i] != 1) result[result.size() - i] = step;
        return result;
    }
    Shape shape_, count_;
    std::array<Shape, N> steps_;
    std::array<std::size_t, N> at_{};
};

}  // namespace xtape
