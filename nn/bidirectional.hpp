// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/sequence.hpp>

namespace xtape::nn {

// A sequence read from both ends, each way by a cell of its own: Schuster and Paliwal 1997
template <State F, State B> struct Bidirectional {
    Unrolled<F> forward;
    Unrolled<B> backward;  // states[t] has read x_t ... x_{T-1}
    using V = Variable<scalar_of<F>>;

    // Both at each step: (T, B, Hf + Hb)
    V outputs(Where where = Where::here()) const {
        return concatenate({forward.outputs(where), backward.outputs(where)}, -1, where);
    }
    // What has read all of it: the forward cell at its last step, the backward one at step 0: (B, Hf + Hb).
    // outputs()[T - 1] is not that: there the backward cell has read one step only.
    V final_state(Where where = Where::here()) const {
        return concatenate({output(forward.last), output(backward.last)}, -1, where);
    }
};

// Sequences of different lengths are each read from their own end. xs (T, B, ...)
template <class CellF, class CellB, class T, State F, State B>
Bidirectional<F, B> bidirectional(const CellF& forward, const CellB& backward, const Variable<T>& xs, const F& first,
                                  const B& last, const Padding& padding = {}, Where where = Where::here()) {
    const Frame frame("bidirectional");
    return {unroll(forward, xs, first, {.padding = padding}, where),
            unroll(backward, xs, last, {.padding = padding, .reverse = true}, where)};
}

}  // namespace xtape::nn
