// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/bptt.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::nn {
namespace {

template <class T> void add_to(NamedArrays<T>& sum, const NamedArrays<T>& term) {
    if (sum.empty()) {
        sum = term;
        return;
    }
    for (std::size_t k = 0; k < sum.size(); ++k)
        for (std::size_t i = 0; i < sum[k].array.size(); ++i) sum[k].array.data()[i] += term[k].array.data()[i];
}

}  // namespace

template <class T> NamedArrays<T> BpttTerms<T>::of_step(std::size_t t) const {
    check(t < terms.size(), {}, "of_step", "t must be a step of ", terms.size(), "; got ", t);
    NamedArrays<T> sum;
    for (std::size_t s = t; s < terms.size(); ++s) add_to(sum, terms[s][t]);
    return sum;
}

template <class T> NamedArrays<T> BpttTerms<T>::total() const {
    NamedArrays<T> sum;
    for (std::size_t t = 0; t < terms.size(); ++t) add_to(sum, of_step(t));
    return sum;
}

template <class T> Array<double> BpttTerms<T>::credit(const std::string& name) const {
    Array<double> c = zeros<double>({terms.size(), terms.size()});
    bool found = name.empty() || terms.empty();
    for (std::size_t s = 0; s < terms.size(); ++s)
        for (std::size_t t = 0; t <= s; ++t) {
            double squares = 0;
            for (const auto& [weight, term] : terms[s][t]) {
                if (!name.empty() && weight != name) continue;
                found = true;
                for (std::size_t i = 0; i < term.size(); ++i)
                    squares += double(term.data()[i]) * double(term.data()[i]);
            }
            c(s, t) = std::sqrt(squares);
        }
    check(found, {}, "credit", "there must be a weight of this name; got ", name);
    return c;
}

template struct BpttTerms<float>;
template struct BpttTerms<double>;

}  // namespace xtape::nn
