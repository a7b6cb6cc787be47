// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/nn/attention.hpp>
#include <xtape/nn/masked.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::nn {
namespace {

// 1 where there is a step: (S, B)
template <class T> Array<T> mask_of(const Shape& s, const Padding& padding, Where where) {
    padding.check_fits(s, where);
    Array<T> mask = padding.mask<T>(s[0]);
    return mask.shape()[1] == s[1] ? mask : filled({s[0], s[1]}, T(1));  // no padding was given
}

// Values (B, S, H) of a sequence (S, B, H), which are their own keys.
template <class T> Memory<T> remember(const Variable<T>& outputs, const Padding& padding, const char* op, Where where) {
    check(outputs.value().dimension() == 3, where, op, "the memory must be (S, B, H); got ", outputs.value().shape());
    const Array<T> mask = mask_of<T>(outputs.value().shape(), padding, where);
    const Variable<T> values = transpose(detail::without_padding(outputs, mask, where), {1, 0, 2}, where);
    return {values, values, transpose(Variable<T>(mask), where)};
}

template <class T>
void check_fits(const Variable<T>& q, const Memory<T>& memory, std::size_t size, const char* op, Where where) {
    const Shape &s = q.value().shape(), &m = memory.keys.value().shape();
    check(s.size() == 2 && s[1] == size && m.size() == 3 && s[0] == m[0], where, op, "queries must be (B, ", size,
          "), as the memory's rows; got ", s, " and a memory of ", m);
    const Shape &v = memory.values.value().shape(), &k = memory.mask.value().shape();
    check(v.size() == 3 && v[0] == m[0] && v[1] == m[1] && k == Shape{m[0], m[1]}, where, op,
          "a memory must have keys (B, S, A), values (B, S, H) and a mask (B, S); got ", m, ", ", v, " and ", k,
          "; try memory(outputs)");
}

// scores (B, S) or (B, S, 1)
template <class T> Attended<T> attend(const Variable<T>& scores, const Memory<T>& memory, Where where) {
    const Shape& s = memory.values.value().shape();
    const Variable<T> weights = softmax(reshape(scores, {s[0], s[1]}, where), memory.mask.value(), -1, where);
    return {reshape(matmul(reshape(weights, {s[0], 1, s[1]}, where), memory.values, where), {s[0], s[2]}, where),
            weights};
}
template <class T> Attended<T> attend_by_product(const Variable<T>& q, const Memory<T>& memory, Where where) {
    const Shape& s = q.value().shape();
    return attend(matmul(memory.keys, reshape(q, {s[0], s[1], 1}, where), where), memory, where);
}

// What each query may see of a memory with the mask (S, B): (B, 1, T, S), or (B, 1, 1, S) where that is the same for
// all
template <class T> Array<T> visible(const Array<T>& mask, std::size_t queries, bool causal) {
    const std::size_t steps = mask.shape()[0], batch = mask.shape()[1], rows = causal ? queries : 1;
    Array<T> all = Array<T>::from_shape({batch, 1, rows, steps});
    for (std::size_t b = 0; b < batch; ++b)
        for (std::size_t t = 0; t < rows; ++t)
            for (std::size_t j = 0; j < steps; ++j) all(b, 0, t, j) = causal && j > t ? T(0) : mask(j, b);
    return all;
}

// One variable under two names
template <class T> bool same(const Variable<T>& a, const Variable<T>& b) {
    return a.handle() == b.handle() && a.place().serial == b.place().serial && a.place().index == b.place().index;
}

std::size_t checked_heads(std::size_t size, std::size_t heads, Where where) {
    check(heads > 0 && size % heads == 0, where, "MultiHeadAttention", "heads must divide the units, ", size, "; got ",
          heads);
    return heads;
}

}  // namespace

template <class T>
Memory<T> DotAttention<T>::memory(const Variable<T>& outputs, const Padding& padding, Where where) const {
    const Frame frame("DotAttention");
    return remember(outputs, padding, "DotAttention", where);
}
template <class T>
Attended<T> DotAttention<T>::operator()(const Variable<T>& q, const Memory<T>& memory, Where where) const {
    const Frame frame("DotAttention");
    check_fits(q, memory, memory.keys.value().shape().back(), "DotAttention", where);
    return attend_by_product(q, memory, where);
}

template <class T> GeneralAttention<T>::GeneralAttention(std::size_t query, std::size_t hidden, Generator& generator)
    : wa("wa", glorot<T>(query, hidden, generator)) {}
template <class T>
Memory<T> GeneralAttention<T>::memory(const Variable<T>& outputs, const Padding& padding, Where where) const {
    const Frame frame("GeneralAttention");
    Memory<T> memory = remember(outputs, padding, "GeneralAttention", where);
    memory.keys = matmul(memory.values, transpose(wa, where), where);
    return memory;
}
template <class T>
Attended<T> GeneralAttention<T>::operator()(const Variable<T>& q, const Memory<T>& memory, Where where) const {
    const Frame frame("GeneralAttention");
    check_fits(q, memory, wa.value().shape()[0], "GeneralAttention", where);
    return attend_by_product(q, memory, where);
}

template <class T>
AdditiveAttention<T>::AdditiveAttention(std::size_t query, std::size_t hidden, std::size_t size, Generator& generator)
    : wq("wq", glorot<T>(query, size, generator)),
      wm("wm", glorot<T>(hidden, size, generator)),
      v("v", select(Variable<T>(glorot<T>(size, 1, generator)), 1, 0).value()) {}
template <class T>
Memory<T> AdditiveAttention<T>::memory(const Variable<T>& outputs, const Padding& padding, Where where) const {
    const Frame frame("AdditiveAttention");
    Memory<T> memory = remember(outputs, padding, "AdditiveAttention", where);
    memory.keys = matmul(memory.values, wm, where);
    return memory;
}
template <class T>
Attended<T> AdditiveAttention<T>::operator()(const Variable<T>& q, const Memory<T>& memory, Where where) const {
    const Frame frame("AdditiveAttention");
    check_fits(q, memory, wq.value().shape()[0], "AdditiveAttention", where);
    const Variable<T> asked = reshape(matmul(q, wq, where), {q.value().shape()[0], 1, v.value().size()}, where);
    return attend(matmul(tanh(add(asked, memory.keys, where), where), v, where), memory, where);
}

template <class T>
MultiHeadAttention<T>::MultiHeadAttention(std::size_t size, std::size_t n, Generator& generator, Where where)
    : heads(checked_heads(size, n, where)),
      wq("wq", glorot<T>(size, size, generator)),
      bq("bq", zeros<T>({size})),
      wk("wk", glorot<T>(size, size, generator)),
      bk("bk", zeros<T>({size})),
      wv("wv", glorot<T>(size, size, generator)),
      bv("bv", zeros<T>({size})),
      wo("wo", glorot<T>(size, size, generator)),
      bo("bo", zeros<T>({size})) {}

template <class T> Attended<T> MultiHeadAttention<T>::attend(const Variable<T>& x, const Variable<T>& keys,
                                                             const Variable<T>& values, const MultiHeadOptions& options,
                                                             Where where) const {
    const Frame frame("MultiHeadAttention");
    const Shape &s = x.value().shape(), &r = keys.value().shape();
    const std::size_t size = bo.value().size(), width = size / heads;
    check(s.size() == 3 && r.size() == 3 && s[2] == size && r[2] == size && s[1] == r[1], where, "MultiHeadAttention",
          "x must be (T, B, D) and the memory (S, B, D) with D = ", size, "; got ", s, " and ", r);
    check(values.value().shape() == r, where, "MultiHeadAttention", "there must be one value for each key, ", r,
          "; got ", values.value().shape());
    check(!options.causal || s[0] == r[0], where, "MultiHeadAttention",
          "causal attention is of a sequence on itself; got ", s[0], " steps and a memory of ", r[0]);
    const auto split = [&](const Variable<T>& y, const std::vector<std::size_t>& axes) {  // (T, B, D), by heads
        return transpose(reshape(y, {y.value().shape()[0], s[1], heads, width}, where), axes, where);
    };
    const Array<T> present = mask_of<T>(r, options.padding, where);
    const Variable<T> m = detail::without_padding(keys, present, where), scale(1 / std::sqrt(double(width)));
    const Variable<T> own = same(values, keys) ? m : detail::without_padding(values, present, where);
    const Variable<T> q = split(multiply(linear(same(x, keys) ? m : x, wq, bq, where), scale, where), {1, 2, 0, 3});
    const Variable<T> k = split(linear(m, wk, bk, where), {1, 2, 3, 0});
    const Variable<T> v = split(linear(own, wv, bv, where), {1, 2, 0, 3});
    const Array<T> mask = visible(present, s[0], options.causal);
    const Variable<T> weights = softmax(matmul(q, k, where), mask, -1, where);  // (B, N, T, S)
    const Variable<T> all = reshape(transpose(matmul(weights, v, where), {2, 0, 1, 3}, where), s, where);
    return {linear(all, wo, bo, where), weights};
}

template struct DotAttention<float>;
template struct DotAttention<double>;
template struct GeneralAttention<float>;
template struct GeneralAttention<double>;
template struct AdditiveAttention<float>;
template struct AdditiveAttention<double>;
template struct MultiHeadAttention<float>;
template struct MultiHeadAttention<double>;

}  // namespace xtape::nn
