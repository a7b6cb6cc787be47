// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/bidirectional.hpp>
#include <xtape/nn/dropout.hpp>
#include <xtape/nn/module.hpp>

#include <optional>

namespace xtape::nn {

struct LayersOptions {
    std::size_t layers = 1;
    bool bidirectional = false;
    bool residual = false;  // a layer's inputs are added to its outputs, where both have the same size
    double dropout = 0;     // of what a layer says to the next one, in training
    // Of the first layer, for dropout; the others have the numbers after it. Two Layers of one model need numbers of
    // their own, such as 0 and 16: with the same ones both drop the same.
    std::uint64_t number = 0;
};

// What layers read beside a sequence.
template <class CellState> struct LayersInput {
    Padding padding = {};
    std::vector<CellState> first = {};  // one for each cell: layer 0 forward [, layer 0 backward], layer 1 ...
    std::ptrdiff_t begin = 0;           // the time of the first step, for dropout and noisy cells
};

// Layers of any cell, each of which reads the outputs of the one before: (T, B, I) -> (T, B, H), or 2H both ways.
// A cell begins at cell.initial(B), unless states are given.
template <class Cell> class Layers {
public:
    using value_type = typename Cell::value_type;
    using V = Variable<value_type>;
    using CellState = std::remove_cvref_t<decltype(std::declval<const Cell&>().initial(std::size_t(1)))>;
    using States = std::vector<CellState>;

    struct Read {
        States last;    // of each cell, after all that it read
        V final_state;  // what the last layer says after all of it: (B, H), or (B, 2H) = [y_f[T-1], y_b[0]]
        Unrolled<CellState> forward;                  // the last layer, at each step
        std::optional<Unrolled<CellState>> backward;  // and from the other end
        std::optional<V> added;                       // to what it says, if anything

        // Of the last layer, (T, B, H) or (T, B, 2H)
        V outputs(Where where = Where::here()) const {
            V y = forward.outputs(where);
            if (backward) y = concatenate({y, backward->outputs(where)}, -1, where);
            return added && added->value().shape() == y.value().shape() ? add(y, *added, where) : y;
        }
    };

    // make(inputs) gives a cell for so many inputs: [&](std::size_t n) { return LSTMCell<float>(n, 64, generator); }
    template <class Make>
    Layers(std::size_t inputs, const LayersOptions& o, const Make& make, Where where = Where::here()) : options_(o) {
        check(o.layers > 0, where, "Layers", "there must be a layer; got none");
        check_rate(o.dropout, "Layers", where);
        check(o.dropout == 0 || o.layers > 1, where, "Layers",
              "dropout is between layers, of which there must be two or more; got 1; try RecurrentDropout, or Dropout");
        for (std::size_t i = 0; i < o.layers; ++i) {
            forward_.push_back(make(inputs));
            if (o.bidirectional) backward_.push_back(make(inputs));
            inputs = (o.bidirectional ? 2 : 1) * output(forward_.back().initial(1)).value().shape().back();
        }
    }

    States initial(std::size_t batch) const {
        States all;
        for (std::size_t i = 0; i < forward_.size(); ++i) {
            all.push_back(forward_[i].initial(batch));
            if (options_.bidirectional) all.push_back(backward_[i].initial(batch));
        }
        return all;
    }

    Read operator()(const V& xs, const LayersInput<CellState>& input = {}, Where where = Where::here()) const {
        Frame frame("Layers", -1, "layer");
        const Shape& s = xs.value().shape();
        check(s.size() == 3, where, "Layers", "sequences must be (T, B, I); got ", s);
        const States first = input.first.empty() ? initial(s[1]) : input.first;
        check(first.size() == forward_.size() + backward_.size(), where, "Layers", "there must be one state a cell, ",
              forward_.size() + backward_.size(), "; got ", first.size());
        Read read;
        for (std::size_t i = 0; i < forward_.size(); ++i) {
            frame.at(std::ptrdiff_t(i));
            const V inputs = i > 0 ? dropped(read.outputs(where), i, input.begin, where) : xs;
            layer(i, inputs, first, input, read, where);
            if (options_.residual) read.added = detail::without_padding(inputs, input.padding, where);
        }
        if (read.added) read.final_state = with_added(read.final_state, *read.added, input.padding, where);
        return read;
    }

    // In the order of the states: layer 0 forward [, layer 0 backward], layer 1 ...
    const Cell& cell(std::size_t k, Where where = Where::here()) const {
        const std::size_t cells = forward_.size() + backward_.size();
        check(k < cells, where, "Layers", "a cell must be one of ", cells, ", counted from 0; got ", k);
        if (!options_.bidirectional) return forward_[k];
        return k % 2 ? backward_[k / 2] : forward_[k / 2];
    }
    Cell& cell(std::size_t k, Where where = Where::here()) {
        return const_cast<Cell&>(std::as_const(*this).cell(k, where));
    }

    template <class F> void visit(F&& f) {
        f("forward", forward_);
        if (options_.bidirectional) f("backward", backward_);
    }

private:
    V dropped(const V& outputs, std::size_t i, std::ptrdiff_t begin, Where where) const {
        const Draw draw{.layer = options_.number + i - 1, .time = begin, .axis = 1};
        return dropout(outputs, options_.dropout, draw, where);
    }
    void layer(std::size_t i, const V& xs, const States& first, const LayersInput<CellState>& input, Read& read,
               Where where) const {
        const auto& [padding, given, begin] = input;
        if (options_.bidirectional) {
            const CellState &start = first[2 * i], &end = first[2 * i + 1];
            auto both = bidirectional(forward_[i], backward_[i], xs, start, end, padding, begin, where);
            read.final_state = both.final_state(where);
            read.last.push_back(both.forward.last), read.last.push_back(both.backward.last);
            read.forward = std::move(both.forward), read.backward = std::move(both.backward);
        } else {
            read.forward = unroll(forward_[i], xs, first[i], {.padding = padding, .begin = begin}, where);
            read.final_state = output(read.forward.last);
            read.last.push_back(read.forward.last);
        }
    }
    // What is added to the outputs that the final state is made of: those of the last step, and of the first backward.
    V with_added(const V& final_state, const V& added, const Padding& padding, Where where) const {
        const auto size = std::ptrdiff_t(final_state.value().shape().back()), half = size / 2;
        if (std::ptrdiff_t(added.value().shape().back()) != size) return final_state;
        const V last = detail::at_end(added, padding, detail::End::last, where);
        if (!options_.bidirectional) return add(final_state, last, where);
        const V first = detail::at_end(added, padding, detail::End::first, where);
        const V both = concatenate({slice(last, 1, 0, half, where), slice(first, 1, half, size, where)}, 1, where);
        return add(final_state, both, where);
    }

    LayersOptions options_;
    std::vector<Cell> forward_, backward_;
};

}  // namespace xtape::nn
