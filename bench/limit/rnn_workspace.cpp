// SPDX-License-Identifier: BSD-3-Clause
#include "bench/limit/rnn_workspace.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "bench/limit/kernels.hpp"

namespace xtape::bench {
namespace {

void check(const char* name, const std::vector<float>& w, int rows, int columns) {
    if (w.size() != static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns))
        throw std::invalid_argument("[RnnStep] " + std::string(name) + " must hold " + std::to_string(rows) + " x " +
                                    std::to_string(columns) + " numbers; got " + std::to_string(w.size()));
}

void copy(const float* from, int from_row, float* to, int to_row, int rows, int columns) {
    for (int r = 0; r < rows; ++r) std::copy_n(from + r * from_row, columns, to + r * to_row);
}

}  // namespace

void Pieces::Free::operator()(float* memory) const { std::free(memory); }

Pieces::Memory Pieces::take() const {
    std::size_t size = 0;
    for (const auto& piece : pieces_) size += static_cast<std::size_t>(piece.second);
    Memory memory(static_cast<float*>(std::aligned_alloc(64, (size * sizeof(float) + 63) / 64 * 64)));
    if (!memory) throw std::bad_alloc();
    std::fill_n(memory.get(), size, 0.0f);
    float* next = memory.get();
    for (const auto& [piece, length] : pieces_) *piece = std::exchange(next, next + length);
    return memory;
}

RnnWorkspace::RnnWorkspace(RnnSizes sizes, const RnnWeights& initial) : n(sizes), Hs(stride(n.H)), Ks(stride(n.K)) {
    if (std::min({n.B, n.T, n.I, n.H, n.K}) < 1) throw std::invalid_argument("[RnnStep] every size must be at least 1");
    if (double(n.T) * n.B * std::max(n.I, Hs) >= std::numeric_limits<int>::max())
        throw std::invalid_argument("[RnnStep] T B I and T B H must fit an int");
    check("wx", initial.wx, n.I, n.H);
    check("wh", initial.wh, n.H, n.H);
    check("b", initial.b, 1, n.H);
    check("v", initial.v, n.H, n.K);
    check("c", initial.c, 1, n.K);
    allocate();
    copy(initial.wx.data(), n.H, parameters.wx, Hs, n.I, n.H);
    copy(initial.wh.data(), n.H, parameters.wh, Hs, n.H, n.H);
    copy(initial.b.data(), n.H, parameters.b, Hs, 1, n.H);
    copy(initial.v.data(), n.K, parameters.v, Ks, n.H, n.K);
    copy(initial.c.data(), n.K, parameters.c, Ks, 1, n.K);
}

void RnnWorkspace::allocate() {
    Pieces pieces;
    for (Block* block : {&parameters, &gradients, &mean, &square}) {
        pieces.add(block->wx, n.I, Hs);
        pieces.add(block->wh, n.H, Hs);
        pieces.add(block->b, 1, Hs);
        pieces.add(block->v, n.H, Ks);
        pieces.add(block->c, 1, Ks);
    }
    count = std::ptrdiff_t(n.I + n.H + 1) * Hs + std::ptrdiff_t(n.H + 1) * Ks;
    pieces.add(h, std::ptrdiff_t(n.T) * n.B, Hs);
    pieces.add(e, std::ptrdiff_t(n.T) * n.B, Hs);
    pieces.add(o, n.B, Ks);
    pieces.add(wh_t, n.H, Hs);
    pieces.add(v_t, n.K, Hs);
    memory_ = pieces.take();
}

RnnWeights RnnWorkspace::copied(const Block& block) const {
    const auto compact = [](const float* from, int rows, int columns) {
        std::vector<float> to(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
        copy(from, stride(columns), to.data(), columns, rows, columns);
        return to;
    };
    return {compact(block.wx, n.I, n.H), compact(block.wh, n.H, n.H), compact(block.b, 1, n.H),
            compact(block.v, n.H, n.K), compact(block.c, 1, n.K)};
}

}  // namespace xtape::bench
