// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/parallel.hpp>

namespace xtape::nn {
namespace {

template <class T> void add_to(Gradients<T>& total, const Gradients<T>& part) {
    for (std::size_t i = 0; i < total.items().size(); ++i)
        if (const auto& g = part.items()[i].gradient) {
            Array<T>& sum = total.edit(i);
            for (std::size_t k = 0; k < sum.size(); ++k) sum.data()[k] += g->data()[k];
        }
}

}  // namespace

template <class T> void OrderedSum<T>::add(std::size_t shard, Gradients<T> gradients) {
    const std::lock_guard lock(mutex_);
    waiting_[shard] = std::move(gradients);
    for (; next_ < waiting_.size() && waiting_[next_]; waiting_[next_++].reset())
        if (total_)
            add_to(*total_, *waiting_[next_]);
        else
            total_ = std::move(waiting_[next_]);
}

template class OrderedSum<float>;
template class OrderedSum<double>;

}  // namespace xtape::nn
