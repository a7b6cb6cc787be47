// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/autodiff/ops/index.hpp>

// Made-up sequences that ask for a memory: what decides lies some steps before the answer. Steps count from 1 in these
// comments and from 0 in arrays; xs is (T, B, I). A seed gives the same batch everywhere, with any standard library.
// Sizes with which a task means nothing throw Error.
namespace xtape::apps {

template <class T> struct Regression {
    Array<T> xs, targets;  // (B, 1)
};
template <class T> struct Classification {
    Array<T> xs;
    Indices labels;  // (B), or as the task says
};

// How many values an input has and classes an answer: chance is 1 / classes.
struct TaskSizes {
    std::size_t inputs, classes;
};

// Adding, Hochreiter and Schmidhuber 1997 in the form of Le et al. 2015: x_t = (u, marker), u from U[0, 1); the marker
// is 1 at one step of the first half and at one of the second, else 0. The target is the sum of the two marked u: 1
// always gives a mean squared error of 1/6; solved is below 0.01. T >= 2.
template <class T> Regression<T> adding(std::size_t steps, std::size_t batch, std::uint64_t seed);

// Copy, Arjovsky et al. 2016: 10 symbols of 8, lag - 1 blanks, a delimiter, 10 blanks: T = lag + 20, one-hot. The
// answer is a blank, until after the delimiter it is the 10 symbols. labels (T B), those of a step side by side.
// Guessing the symbols has a cross entropy of 10 ln 8 / T. lag >= 1.
inline constexpr TaskSizes copy_sizes{.inputs = 10, .classes = 9};
inline constexpr std::int64_t copy_blank = 8, copy_delimiter = 9;
template <class T> Classification<T> copy(std::size_t lag, std::size_t batch, std::uint64_t seed);

// Temporal order, Hochreiter and Schmidhuber 1997: X or Y at a step in (0.1 T, 0.2 T], X or Y at one in (0.5 T, 0.6 T],
// one of four distractors at all others, one-hot: X, Y, a, b, c, d. Which of XX, XY, YX, YY was it? T >= 10.
inline constexpr TaskSizes temporal_order_sizes{.inputs = 6, .classes = 4};
template <class T> Classification<T> temporal_order(std::size_t steps, std::size_t batch, std::uint64_t seed);

// Latch, Bengio et al. 1994: the first three steps are all 1 or all -1, which is the class, 1 or 0; after them there is
// noise, N(0, noise^2). T >= 3.
inline constexpr TaskSizes latch_sizes{.inputs = 1, .classes = 2};
template <class T>
Classification<T> latch(std::size_t steps, std::size_t batch, std::uint64_t seed, double noise = 0.2);

// Delayed recall: random symbols, one-hot. Which was read `lag` steps before the last one? Who sees K steps, by a
// window or by gradients through K steps, sees it for lag < K. symbols >= 2, lag < T.
template <class T> Classification<T> delayed_recall(std::size_t steps, std::size_t lag, std::size_t symbols,
                                                    std::size_t batch, std::uint64_t seed);

}  // namespace xtape::apps
