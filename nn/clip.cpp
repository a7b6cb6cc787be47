// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/clip.hpp>

#include <cmath>
#include <type_traits>

namespace xtape::nn {

template <class T> double clip_by_norm(Gradients<T>& gradients, double most, Where where) {
    check(most >= 0, where, "clip_by_norm", "the largest norm must be 0 or more; got ", most);
    using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;  // holds the squares
    Wide squares = 0;
    for (const auto& item : gradients.items()) {
        if (!item.gradient) continue;
        Wide own = 0;
        for (const T x : *item.gradient) own += Wide(x) * Wide(x);
        check(std::isfinite(own), where, "clip_by_norm", "gradients must be finite; that of ",
              item.names.empty() ? "an unnamed variable" : item.names.front(), " of shape ", item.shape,
              " is not; try a lower rate");
        squares += own;
    }
    const auto norm = double(std::sqrt(squares));
    if (norm > most)
        for (std::size_t i = 0; i < gradients.items().size(); ++i)
            if (gradients.items()[i].gradient)
                for (T& x : gradients.edit(i)) x *= T(most / norm);
    return norm;
}

template double clip_by_norm(Gradients<float>&, double, Where);
template double clip_by_norm(Gradients<double>&, double, Where);

}  // namespace xtape::nn
