// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

namespace xtape {
namespace {

// z = x + y                 dx = dz                dy = dz
struct Add {
    static constexpr unsigned reads[] = {nothing, nothing};
    auto forward(const auto& x, const auto& y) const { return x + y; }
    const auto& vjp(wrt<0>, const auto& g, auto&, auto&, auto&) const { return g; }
    const auto& vjp(wrt<1>, const auto& g, auto&, auto&, auto&) const { return g; }
};

// z = x - y                 dx = dz                dy = -dz
struct Subtract {
    static constexpr unsigned reads[] = {nothing, nothing};
    auto forward(const auto& x, const auto& y) const { return x - y; }
    const auto& vjp(wrt<0>, const auto& g, auto&, auto&, auto&) const { return g; }
    auto vjp(wrt<1>, auto& g, auto&, auto&, auto&) const { return -g; }
};

// z = x y                   dx = dz y              dy = dz x
struct Multiply {
    static constexpr unsigned reads[] = {in1, in0};
    auto forward(const auto& x, const auto& y) const { return x * y; }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& y) const { return g * y; }
    auto vjp(wrt<1>, auto& g, auto&, auto& x, auto&) const { return g * x; }
};

// z = x / y                 dx = dz / y            dy = -dz z / y          (0 where dz is: calm)
struct Divide {
    static constexpr unsigned reads[] = {in1, in1 | output};
    auto forward(const auto& x, const auto& y) const { return x / y; }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& y) const { return g / calm(g, y, one<scalar<decltype(y)>>); }
    auto vjp(wrt<1>, auto& g, auto& z, auto&, auto& y) const {
        using T = scalar<decltype(y)>;
        return -(g * calm(g, z, zero<T>) / calm(g, y, one<T>));
    }
};

// y = -x                    dx = -dy
struct Negate {
    static constexpr unsigned reads[] = {nothing};
    auto forward(const auto& x) const { return -x; }
    auto vjp(wrt<0>, auto& g, auto&, auto&) const { return -g; }
};

// y = x                     dx = dy
struct Identity {
    static constexpr unsigned reads[] = {nothing};
    const auto& forward(const auto& x) const { return x; }
    const auto& vjp(wrt<0>, const auto& g, auto&, auto&) const { return g; }
};

template <class Rule, class T>
Variable<T> broadcast(Where where, std::string_view op, const Variable<T>& x, const Variable<T>& y) {
    if (x.value().shape() != y.value().shape()) check_broadcast(where, op, x.value().shape(), y.value().shape());
    return record<T>(where, Rule{}, x, y);
}

}  // namespace

void check_broadcast(Where where, std::string_view op, const Shape& x, const Shape& y) {
    for (std::size_t i = 1; i <= std::min(x.size(), y.size()); ++i) {
        const std::size_t a = x[x.size() - i], b = y[y.size() - i];
        check(a == b || a == 1 || b == 1, where, op, "shapes must broadcast: axes from the last one equal, or 1; got ",
              x, " and ", y, "; try reshape or broadcast_to");
    }
}

template <class T> Variable<T> add(const Variable<T>& x, const Variable<T>& y, Where where) {
    return broadcast<Add>(where, "add", x, y);
}
template <class T> Variable<T> subtract(const Variable<T>& x, const Variable<T>& y, Where where) {
    return broadcast<Subtract>(where, "subtract", x, y);
}
template <class T> Variable<T> multiply(const Variable<T>& x, const Variable<T>& y, Where where) {
    return broadcast<Multiply>(where, "multiply", x, y);
}
template <class T> Variable<T> divide(const Variable<T>& x, const Variable<T>& y, Where where) {
    return broadcast<Divide>(where, "divide", x, y);
}
template <class T> Variable<T> negate(const Variable<T>& x, Where where) { return record<T>(where, Negate{}, x); }
template <class T> Variable<T> identity(const Variable<T>& x, Where where) { return record<T>(where, Identity{}, x); }

template Variable<float> add(const Variable<float>&, const Variable<float>&, Where);
template Variable<double> add(const Variable<double>&, const Variable<double>&, Where);
template Variable<float> subtract(const Variable<float>&, const Variable<float>&, Where);
template Variable<double> subtract(const Variable<double>&, const Variable<double>&, Where);
template Variable<float> multiply(const Variable<float>&, const Variable<float>&, Where);
template Variable<double> multiply(const Variable<double>&, const Variable<double>&, Where);
template Variable<float> divide(const Variable<float>&, const Variable<float>&, Where);
template Variable<double> divide(const Variable<double>&, const Variable<double>&, Where);
template Variable<float> negate(const Variable<float>&, Where);
template Variable<double> negate(const Variable<double>&, Where);
template Variable<float> identity(const Variable<float>&, Where);
template Variable<double> identity(const Variable<double>&, Where);

}  // namespace xtape
