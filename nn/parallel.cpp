// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/parallel.hpp>

namespace xtape::nn {

template <class T> Gradients<T> added(std::vector<std::optional<Gradients<T>>>& parts) {
    Gradients<T> total = std::move(*parts.front());
    for (std::size_t i = 0; i < total.items().size(); ++i)
        for (std::size_t p = 1; p < parts.size(); ++p)
            if (const auto& g = parts[p]->items()[i].gradient) {
                Array<T>& sum = total.edit(i);
                for (std::size_t k = 0; k < sum.size(); ++k) sum.data()[k] += g->data()[k];
            }
    return total;
}

template Gradients<float> added(std::vector<std::optional<Gradients<float>>>&);
template Gradients<double> added(std::vector<std::optional<Gradients<double>>>&);

}  // namespace xtape::nn
