// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/data.hpp>

#include <ostream>

#if __has_include(<xtensor/io/xio.hpp>)  // 0.26 and later
#include <xtensor/io/xio.hpp>
#else
#include <xtensor/xio.hpp>
#endif

namespace xtape {
namespace {

template <class T> std::ostream& as_xtensor(std::ostream& out, const Array<T>& a) {
    return xt::operator<<(out, static_cast<const xt::xexpression<Array<T>>&>(a));
}

template <class T> std::ostream& listed(std::ostream& out, const Gradients<T>& gradients) {
    for (const auto& item : gradients.items()) {
        out << (item.names.empty() ? "unnamed" : item.names.front()) << ' ' << text(item.shape) << '\n';
        as_xtensor(out, item.gradient ? *item.gradient : zeros<T>(item.shape)) << '\n';
    }
    return out;
}

}  // namespace

std::ostream& detail::print(std::ostream& out, const Array<float>& a) { return as_xtensor(out, a); }
std::ostream& detail::print(std::ostream& out, const Array<double>& a) { return as_xtensor(out, a); }
std::ostream& operator<<(std::ostream& out, const Gradients<float>& g) { return listed(out, g); }
std::ostream& operator<<(std::ostream& out, const Gradients<double>& g) { return listed(out, g); }

}  // namespace xtape

std::ostream& xt::operator<<(std::ostream& out, const xtape::Shape& shape) { return out << xtape::text(shape); }
