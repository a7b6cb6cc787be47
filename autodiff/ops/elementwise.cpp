// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

namespace xtape {
namespace {

// y = sqrt x                dx = dy / (2 y)                      (0 where dy is: calm)
struct Sqrt {
    static constexpr unsigned reads[] = {output};
    auto forward(const auto& x) const { return xt::sqrt(x); }
    auto vjp(wrt<0>, auto& g, auto& y, auto&) const { return g / (calm(g, y, one<scalar<decltype(y)>>) * 2); }
};

// y = e^x                   dx = dy y
struct Exp {
    static constexpr unsigned reads[] = {output};
    auto forward(const auto& x) const { return xt::exp(x); }
    auto vjp(wrt<0>, auto& g, auto& y, auto&) const { return g * calm(g, y, zero<scalar<decltype(y)>>); }
};

// y = ln x                  dx = dy / x
struct Log {
    static constexpr unsigned reads[] = {in0};
    auto forward(const auto& x) const { return xt::log(x); }
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return g / calm(g, x, one<scalar<decltype(x)>>); }
};

// y = sin x                 dx = dy cos x
struct Sin {
    static constexpr unsigned reads[] = {in0};
    auto forward(const auto& x) const { return xt::sin(x); }
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return g * cos(calm(g, x, zero<scalar<decltype(x)>>)); }
};

// y = cos x                 dx = -dy sin x
struct Cos {
    static constexpr unsigned reads[] = {in0};
    auto forward(const auto& x) const { return xt::cos(x); }
    auto vjp(wrt<0>, auto& g, auto&, auto& x) const { return -g * sin(calm(g, x, zero<scalar<decltype(x)>>)); }
};

// y = tanh x                dx = dy (1 - y^2)
struct Tanh {
    static constexpr unsigned reads[] = {output};
    auto forward(const auto& x) const { return xt::tanh(x); }
    auto vjp(wrt<0>, auto& g, auto& y, auto&) const { return g - g * y * y; }
};

// y = 1 / (1 + e^-x)        dx = dy y (1 - y)
struct Sigmoid {
    static constexpr unsigned reads[] = {output};
    auto forward(const auto& x) const { return 1 / (1 + xt::exp(-x)); }
    auto vjp(wrt<0>, auto& g, auto& y, auto&) const { return g * (y - y * y); }
};

// y = x^p                   dx = dy p x^(p - 1)                  (0 where dy is: calm)
struct Pow {
    static constexpr unsigned reads[] = {in0};
    double p;
    auto forward(const auto& x) const { return xtape::pow(x, p); }
    template <class V> V vjp(wrt<0>, const V& g, auto&, const V& x) const {
        const V slope = xtape::pow(x, p - 1);
        return g * calm(g, slope, zero<scalar<V>>) * scalar<V>(p);
    }
};

// y = x where m, else z     dx = dy where m, else 0              dz = 0 where m, else dy
// (chosen, never multiplied by the mask: 0 times infinity is NaN)
template <class T> struct Choose {
    static constexpr unsigned reads[] = {nothing, nothing};
    Array<T> m;
    auto forward(const auto& x, const auto& z) const { return xt::where(!xt::equal(m, T(0)), x, z); }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto&) const { return choose(!xt::equal(m, T(0)), g, zero<T>); }
    auto vjp(wrt<1>, auto& g, auto&, auto&, auto&) const { return choose(xt::equal(m, T(0)), g, zero<T>); }
};

// y = max(x, 0)             dx = 0 where y <= 0, else dy         (NaN <= 0 is false: NaN stays, and is seen)
struct Relu {
    static constexpr unsigned reads[] = {output};
    auto forward(const auto& x) const {
        return xt::where(x <= zero<scalar<decltype(x)>>, zero<scalar<decltype(x)>>, x);
    }
    auto vjp(wrt<0>, auto& g, auto& y, auto&) const {
        return choose(plain(y) <= zero<scalar<decltype(y)>>, zero<scalar<decltype(y)>>, g);
    }
};

}  // namespace

template <class T> Variable<T> sqrt(const Variable<T>& x, Where where) { return record<T>(where, Sqrt{}, x); }
template <class T> Variable<T> exp(const Variable<T>& x, Where where) { return record<T>(where, Exp{}, x); }
template <class T> Variable<T> log(const Variable<T>& x, Where where) { return record<T>(where, Log{}, x); }
template <class T> Variable<T> sin(const Variable<T>& x, Where where) { return record<T>(where, Sin{}, x); }
template <class T> Variable<T> cos(const Variable<T>& x, Where where) { return record<T>(where, Cos{}, x); }
template <class T> Variable<T> tanh(const Variable<T>& x, Where where) { return record<T>(where, Tanh{}, x); }
template <class T> Variable<T> sigmoid(const Variable<T>& x, Where where) { return record<T>(where, Sigmoid{}, x); }
template <class T> Variable<T> relu(const Variable<T>& x, Where where) { return record<T>(where, Relu{}, x); }
template <class T> Variable<T> where(const Array<T>& mask, const Variable<T>& x, const Variable<T>& z, Where where) {
    check_broadcast(where, "where", x.value().shape(), z.value().shape());
    check_broadcast(where, "where", mask.shape(), x.value().shape());
    check_broadcast(where, "where", mask.shape(), z.value().shape());
    return record<T>(where, Choose<T>{mask}, x, z);
}
template <class T> Variable<T> pow(const Variable<T>& x, double p, Where where) {
    if (p == 0) return filled<T>(x.value().shape(), T(1));  // whose derivative is 0, at 0 and at NaN too
    return record<T>(where, Pow{p}, x);
}
template <class T>
Variable<T> masked_fill(const Variable<T>& x, const Array<T>& mask, std::type_identity_t<T> value, Where where) {
    check(broadcasts(mask.shape(), x.value().shape()), where, "masked_fill",
          "the mask must broadcast to the array; got ", mask.shape(), " and ", x.value().shape());
    return xtape::where(mask, Variable<T>(value), x, where);
}

template Variable<float> sqrt(const Variable<float>&, Where);
template Variable<double> sqrt(const Variable<double>&, Where);
template Variable<float> exp(const Variable<float>&, Where);
template Variable<double> exp(const Variable<double>&, Where);
template Variable<float> log(const Variable<float>&, Where);
template Variable<double> log(const Variable<double>&, Where);
template Variable<float> sin(const Variable<float>&, Where);
template Variable<double> sin(const Variable<double>&, Where);
template Variable<float> cos(const Variable<float>&, Where);
template Variable<double> cos(const Variable<double>&, Where);
template Variable<float> tanh(const Variable<float>&, Where);
template Variable<double> tanh(const Variable<double>&, Where);
template Variable<float> sigmoid(const Variable<float>&, Where);
template Variable<double> sigmoid(const Variable<double>&, Where);
template Variable<float> relu(const Variable<float>&, Where);
template Variable<double> relu(const Variable<double>&, Where);
template Variable<float> where(const Array<float>&, const Variable<float>&, const Variable<float>&, Where);
template Variable<double> where(const Array<double>&, const Variable<double>&, const Variable<double>&, Where);
template Variable<float> pow(const Variable<float>&, double, Where);
template Variable<double> pow(const Variable<double>&, double, Where);
template Variable<float> masked_fill(const Variable<float>&, const Array<float>&, float, Where);
template Variable<double> masked_fill(const Variable<double>&, const Array<double>&, double, Where);

}  // namespace xtape
