// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/rule.hpp>

#include <climits>

namespace xtape {
namespace {

// c = op(a) op(b)           da = dc op(b)'         db = op(a)' dc         (closed under transposition)
// Arrays of more than two axes are matrices (all but the last, last); the shapes say how results are folded back.
struct Matmul {
    static constexpr unsigned reads[] = {in1, in0};
    bool ta, tb;
    Shape a, b, c;
    auto forward(const auto& x, const auto& y) const { return product(x, y, ta, tb, c); }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& y) const {
        return ta ? product(y, g, tb, true, a) : product(g, y, false, !tb, a);
    }
    auto vjp(wrt<1>, auto& g, auto&, auto& x, auto&) const {
        return tb ? product(g, x, true, ta, b) : product(x, g, !ta, false, b);
    }
};

// c = sum of op(a) op(b) over what of the batch c lacks: its derivatives are of the same kind, with the same batch.
struct MatmulOfBatches {
    static constexpr unsigned reads[] = {in1, in0};
    bool ta, tb;
    Shape batch, a, b, c;
    auto forward(const auto& x, const auto& y) const { return batched(x, y, ta, tb, batch, c); }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& y) const {
        return ta ? batched(y, g, tb, true, batch, a) : batched(g, y, false, !tb, batch, a);
    }
    auto vjp(wrt<1>, auto& g, auto&, auto& x, auto&) const {
        return tb ? batched(g, x, true, ta, batch, b) : batched(x, g, !ta, false, batch, b);
    }
};

// z = x wx + h wh + b       dx = dz wx'   dwx = x' dz   dh = dz wh'   dwh = h' dz   db = dz
struct Affine {
    static constexpr unsigned reads[] = {in1, in0, in3, in2, nothing};
    template <class T> Affined<T> forward(const Array<T>& x, const Array<T>& wx, const Array<T>& h, const Array<T>& wh,
                                          const Array<T>& b) const {
        return {x, wx, h, wh, b};
    }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& wx, auto&, auto&, auto&) const { return product(g, wx, false, true); }
    auto vjp(wrt<1>, auto& g, auto&, auto& x, auto&, auto&, auto&, auto&) const { return product(x, g, true, false); }
    auto vjp(wrt<2>, auto& g, auto&, auto&, auto&, auto&, auto& wh, auto&) const { return product(g, wh, false, true); }
    auto vjp(wrt<3>, auto& g, auto&, auto&, auto&, auto& h, auto&, auto&) const { return product(h, g, true, false); }
    const auto& vjp(wrt<4>, const auto& g, auto&, auto&, auto&, auto&, auto&, auto&) const { return g; }
};

// y = x w + b               dx = dy w'    dw = x' dy    db = dy
struct Linear {
    static constexpr unsigned reads[] = {in1, in0, nothing};
    Shape x, y;
    template <class T> Biased<T> forward(const Array<T>& a, const Array<T>& w, const Array<T>& b) const {
        return {a, w, b, y};
    }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto& w, auto&) const { return product(g, w, false, true, x); }
    auto vjp(wrt<1>, auto& g, auto&, auto& a, auto&, auto&) const {
        return product(a, g, true, false, {x.back(), y.back()});
    }
    const auto& vjp(wrt<2>, const auto& g, auto&, auto&, auto&, auto&) const { return g; }
};

// z = x[t] + h wh           dx = zeros with [t] = dz    dh = dz wh'    dwh = h' dz
struct Step {
    static constexpr unsigned reads[] = {nothing, in2, in1};
    Band band;
    Shape whole;
    template <class T> Stepped<T> forward(const Array<T>& x, const Array<T>& h, const Array<T>& wh) const {
        return {x, band, h, wh};
    }
    auto vjp(wrt<0>, auto& g, auto&, auto&, auto&, auto&) const { return spread(g, band, whole); }
    auto vjp(wrt<1>, auto& g, auto&, auto&, auto&, auto& wh) const { return product(g, wh, false, true); }
    auto vjp(wrt<2>, auto& g, auto&, auto&, auto& h, auto&) const { return product(h, g, true, false); }
};

// (..., M, K) (..., K, N) with at least two axes each -> (..., M, N)
template <class T> Variable<T> matmul_of_batches(const Variable<T>& a, const Variable<T>& b, Where where) {
    const Shape &s = a.value().shape(), &t = b.value().shape();
    Shape batch(std::max(s.size(), t.size()) - 2, 1);
    for (std::size_t i = 3; i <= batch.size() + 2; ++i) {
        const std::size_t m = i > s.size() ? 1 : s[s.size() - i], n = i > t.size() ? 1 : t[t.size() - i];
        check(m == n || m == 1 || n == 1, where, "matmul", "axes before the last two must broadcast; got ", s, " x ", t,
              "; try reshape");
        batch[batch.size() + 2 - i] = m == 1 ? n : m;
    }
    Shape to = batch;
    to.push_back(s[s.size() - 2]), to.push_back(t.back());
    checked_size(where, "matmul", to);
    return record<T>(where, MatmulOfBatches{false, false, batch, s, t, to}, a, b);
}

}  // namespace

void check_operand(Where where, std::string_view op, const Shape& s) {
    const std::size_t columns = s.empty() ? 1 : s.back(), rows = columns ? checked_size(where, op, s) / columns : 0;
    check(columns <= INT_MAX && rows <= INT_MAX, where, op, "rows and columns must fit BLAS's 32-bit integers; got ", s,
          "; try smaller pieces");
}

template <class T> Variable<T> product(const Variable<T>& a, const Variable<T>& b, bool ta, bool tb, const Shape& to) {
    return record<T>(Where{}, Matmul{ta, tb, a.value().shape(), b.value().shape(), to}, a, b);
}

template <class T>
Variable<T> batched(const Variable<T>& a, const Variable<T>& b, bool ta, bool tb, const Shape& batch, const Shape& to) {
    return record<T>(Where{}, MatmulOfBatches{ta, tb, batch, a.value().shape(), b.value().shape(), to}, a, b);
}

template <class T> Variable<T> matmul(const Variable<T>& a, const Variable<T>& b, Where where) {
    const Shape &s = a.value().shape(), &t = b.value().shape();
    check(!s.empty() && !t.empty(), where, "matmul", "arrays must be (..., K) and (..., K, N) or (K,); got ", s,
          " and ", t, "; try reshape");
    check(s.back() == t[t.size() < 2 ? 0 : t.size() - 2], where, "matmul", "inner sizes must match; got ", s, " x ", t,
          s.back() == t.back() && t.size() > 1 ? "; did you mean to transpose the second?" : "; try reshape");
    check_operand(where, "matmul", s);
    check_operand(where, "matmul", t);
    if (s.size() == 1) {
        const auto row = matmul(reshape(a, {1, s[0]}, where), b, where);
        Shape to = row.shape();  // (..., 1, N) or, of a column, (1,)
        if (t.size() > 1) to[to.size() - 2] = to.back();
        to.pop_back();
        return reshape(row, to, where);
    }
    if (t.size() > 2) return matmul_of_batches(a, b, where);
    Shape to(s.begin(), s.end() - 1);
    if (t.size() == 1) return reshape(matmul(a, reshape(b, {t[0], 1}, where), where), to, where);
    to.push_back(t[1]);
    return record<T>(where, Matmul{false, false, s, t, to}, a, b);
}

template <class T> Variable<T> affine(const Variable<T>& x, const Variable<T>& wx, const Variable<T>& h,
                                      const Variable<T>& wh, const Variable<T>& b, Where where) {
    const Shape &sx = x.value().shape(), &swx = wx.value().shape(), &sh = h.value().shape(), &swh = wh.value().shape(),
                &sb = b.value().shape();
    const bool ranks = sx.size() == 2 && swx.size() == 2 && sh.size() == 2 && swh.size() == 2 && sb.size() == 1;
    check(ranks && sx[0] == sh[0] && sx[1] == swx[0] && sh[1] == swh[0] && swx[1] == sb[0] && swh[1] == sb[0], where,
          "affine", "shapes must be x (B, I), wx (I, H), h (B, J), wh (J, H), b (H,); got ", sx, ", ", swx, ", ", sh,
          ", ", swh, ", ", sb);
    for (const Shape* s : {&sx, &swx, &sh, &swh}) check_operand(where, "affine", *s);
    return record<T>(where, Affine{}, x, wx, h, wh, b);
}

template <class T> Variable<T> linear(const Variable<T>& x, const Variable<T>& w, const Variable<T>& b, Where where) {
    const Shape &sx = x.value().shape(), &sw = w.value().shape(), &sb = b.value().shape();
    check(!sx.empty() && sw.size() == 2 && sb.size() == 1 && sx.back() == sw[0] && sw[1] == sb[0], where, "linear",
          "shapes must be x (..., I), w (I, O), b (O,); got ", sx, ", ", sw, ", ", sb);
    check_operand(where, "linear", sx);
    check_operand(where, "linear", sw);
    Shape to = sx;
    to.back() = sw[1];
    return record<T>(where, Linear{sx, to}, x, w, b);
}

template <class T>
Variable<T> affine(const Variable<T>& x, std::ptrdiff_t t, const Variable<T>& h, const Variable<T>& wh, Where where) {
    const Shape &sx = x.value().shape(), &sh = h.value().shape(), &sw = wh.value().shape();
    check(sx.size() == 3 && sh.size() == 2 && sw.size() == 2 && sx[1] == sh[0] && sh[1] == sw[0] && sx[2] == sw[1],
          where, "affine", "shapes must be x (T, B, H), h (B, J), wh (J, H); got ", sx, ", ", sh, ", ", sw);
    check(t >= 0 && std::size_t(t) < sx[0], where, "affine", "the step must be in [0, ", sx[0], "); got ", t);
    check_operand(where, "affine", sh);
    check_operand(where, "affine", sw);
    return record<T>(where, Step{{{1, sx[0], sx[1] * sx[2]}, std::size_t(t), 1}, sx}, x, h, wh);
}

template Variable<float> linear(const Variable<float>&, const Variable<float>&, const Variable<float>&, Where);
template Variable<double> linear(const Variable<double>&, const Variable<double>&, const Variable<double>&, Where);
template Variable<float> affine(const Variable<float>&, std::ptrdiff_t, const Variable<float>&, const Variable<float>&,
                                Where);
template Variable<double> affine(const Variable<double>&, std::ptrdiff_t, const Variable<double>&,
                                 const Variable<double>&, Where);
template Variable<float> product(const Variable<float>&, const Variable<float>&, bool, bool, const Shape&);
template Variable<double> product(const Variable<double>&, const Variable<double>&, bool, bool, const Shape&);
template Variable<float> batched(const Variable<float>&, const Variable<float>&, bool, bool, const Shape&,
                                 const Shape&);
template Variable<double> batched(const Variable<double>&, const Variable<double>&, bool, bool, const Shape&,
                                  const Shape&);
template Variable<float> matmul(const Variable<float>&, const Variable<float>&, Where);
template Variable<double> matmul(const Variable<double>&, const Variable<double>&, Where);
template Variable<float> affine(const Variable<float>&, const Variable<float>&, const Variable<float>&,
                                const Variable<float>&, const Variable<float>&, Where);
template Variable<double> affine(const Variable<double>&, const Variable<double>&, const Variable<double>&,
                                 const Variable<double>&, const Variable<double>&, Where);

}  // namespace xtape
