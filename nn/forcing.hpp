// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/decode.hpp>

namespace xtape::nn {

template <State S> struct Forced {
    Variable<scalar_of<S>> scores;  // (T, B, V): scores[t] are those of targets[t]
    S last;                         // the state after all steps
    std::vector<Indices> inputs;    // what the decoder read at each step
};

struct ForcingOptions {
    double own = 0;                        // how often it reads what it said itself instead of the truth
    Sampling saying = {.temperature = 0};  // and how it says that
    std::uint64_t layer = Draw::forcing;   // a number that no layer of the model has: random.hpp
};

namespace detail {

void check_forcing(const Indices& first, const std::vector<Indices>& targets, const ForcingOptions&, Where);
// What is read after step t: the truth, or what the scores (B, V) say.
template <class T>
Indices next_input(const Indices& truth, const Array<T>& scores, const ForcingOptions&, std::size_t t, Where where);

}  // namespace detail

// Training a decoder (decode.hpp). It reads `first`, targets[0] ... targets[T-2], B tokens each, and is asked for
// targets[0] ... targets[T-1]: teacher forcing, Williams and Zipser 1989. Where targets are padded any token will do,
// and the loss must not count it.
// With own > 0, inside of a Training, a coin is thrown for each token that is read: scheduled sampling, Bengio et al.
// 2015. No gradient flows through the choice. Throws Error, with the step at which something does not fit.
template <class Step, State S>
Forced<detail::Held<S>> teacher_forcing(const Step& step, const Indices& first, const std::vector<Indices>& targets,
                                        const S& state, const ForcingOptions& options = {},
                                        Where where = Where::here()) {
    Frame frame("teacher_forcing");
    detail::check_forcing(first, targets, options, where);
    detail::check_rows(state, first.size(), "teacher_forcing", where);
    Forced<detail::Held<S>> result{{}, state, {first}};
    std::vector<Variable<scalar_of<S>>> all;
    for (std::size_t t = 0; t < targets.size(); ++t) {
        frame.at(std::ptrdiff_t(t));
        const auto [scores, next] = step(result.inputs[t], std::as_const(result.last));
        all.push_back(scores), result.last = next;
        if (t + 1 < targets.size())
            result.inputs.push_back(detail::next_input(targets[t], all[t].value(), options, t, where));
    }
    result.scores = stack(all, 0, where);
    return result;
}

}  // namespace xtape::nn
