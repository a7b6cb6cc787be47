// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/array_math.hpp>

#include <unordered_map>

namespace xtape {

// At every step of a sequence the incoming gradient meets the transpose of the same weights, which a product would have
// to turn each time. From the second time on one turned copy serves all: the same bits, 4 % of an LSTM's training step.
// The weights are what nodes keep: their addresses stay theirs until these nodes are gone.
template <class T> class TurnedWeights {
public:
    // The weights of g w', turned; null where that would not pay.
    const Array<T>* of(const Product<T>& p, const Array<T>& g) {
        constexpr std::size_t most_rows = 128, most = 1 << 18;
        if (&p.a != &g || p.ta || !p.tb || p.rows() < 2 || p.rows() > most_rows || p.b.size() > most) return nullptr;
        const auto [known, first] = turned_.try_emplace(&p.b, Shape{0});
        if (first) return nullptr;
        if (known->second.dimension() == 1) assign(known->second, transpose(p.b, {1, 0}), {});
        return &known->second;
    }
    void forget() { turned_.clear(); }

private:
    std::unordered_map<const Array<T>*, Array<T>> turned_;
};

}  // namespace xtape
