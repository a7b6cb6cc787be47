// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace xtape::apps {

enum class Model { rnn, lstm, gru, bidirectional, attention, truncated };
inline const std::vector<std::string> model_names{"rnn", "lstm", "gru", "bidirectional", "attention", "truncated"};

// L = sum_k w_k L_k, L_k the cross-entropy of features_k V + c. The features are h_k; or [f_k r_k] of both directions;
// or [context_k h_k], the context being what h_k attends to among h_0 ... h_k.
struct Problem {
    Model model = Model::rnn;
    std::size_t batch = 3, steps = 6, inputs = 3, hidden = 5, classes = 4;
    std::size_t every = 2, depth = 4;  // of truncated backpropagation
    std::uint64_t seed = 1;
    double scale = 1;         // of all that is random
    bool every_step = false;  // w_k = 1/T; else only the last step has a loss
    bool force = false;       // whatever it costs

    std::size_t directions() const { return model == Model::bidirectional ? 2 : 1; }
    std::size_t features() const { return hidden * (model == Model::attention ? 2 : directions()); }
    double weight(std::size_t k) const { return every_step ? 1 / double(steps) : k + 1 == steps ? 1 : 0; }

    // Direction 1 reads from the end. When does it read its n-th step, which loss is that the state of, and what time's
    // state does loss k read? The loss of the last step reads [f_{T-1} r_0].
    std::size_t time(std::size_t d, std::size_t n) const { return d == 1 ? steps - 1 - n : n; }
    std::size_t loss_at(std::size_t d, std::size_t n) const { return every_step ? time(d, n) : n; }
    std::size_t read_at(std::size_t d, std::size_t k) const { return every_step ? k : time(d, k); }

    // Whether the loss of step s is propagated back to step t <= s.
    bool reaches(std::size_t s, std::size_t t) const {
        const std::size_t end = std::min((s / every + 1) * every, steps);
        return model != Model::truncated || t + depth >= end;
    }
    std::string prefix(std::size_t d) const { return directions() == 1 ? "" : d == 0 ? "forward/" : "backward/"; }
};

}  // namespace xtape::apps
