// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/analytic/layer_norm_parts.hpp>

namespace xtape::nn::analytic {

template <class Real>
std::pair<xt::xarray<Real>, typename LayerNorm<Real>::Saved> LayerNorm<Real>::forward(const xt::xarray<Real>& x) const {
    if (x.dimension() == 0 || x.size() == 0)
        refuse("x must have shape (..., K), none of them 0; got " + text(x.shape()));
    const std::size_t K = x.shape().back();
    check("gain", gain, {K});
    check("bias", bias, {K});
    const Saved s = normalised(x, epsilon);
    // Y = gain * N + bias
    return {gain * s.n + bias, s};
}

template <class Real>
xt::xarray<Real> LayerNorm<Real>::backward(const xt::xarray<Real>& d_y, const Saved& s, LayerNorm& d) const {
    check("d_y", d_y, shape_of(s.n));
    // dgain += sum0 (dY * N)     dbias += sum0 dY     here over all rows
    d.gain += sum0<Real>(d_y * s.n);
    d.bias += sum0(d_y);
    // dN = dY * gain
    return before_norm<Real>(d_y * gain, s);
}

template struct LayerNorm<float>;
template struct LayerNorm<double>;

}  // namespace xtape::nn::analytic
