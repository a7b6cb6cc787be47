// SPDX-License-Identifier: BSD-3-Clause
#include "profile.hpp"

#include "numbers.hpp"

namespace xtape::apps {

Profile profile(const Network& network, const Lesson& lesson) {
    const auto [xs, labels] = sequences(lesson, 128, 0);
    const Tape tape;
    const Reading reading = read(network, xs);
    const V loss = cross_entropy(reading.scores, labels);
    Profile p{gradient_norms(loss, reading.h), gradient_norms(loss, reading.c), {}};
    if (reading.c.empty()) return p;
    const std::vector<Array<double>> f = own_factors(network, xs, reading);
    const std::size_t steps = f.size();
    Array<double> arrived = backward(loss, {reading.c.back()})[reading.c.back()];
    p.gates.resize(steps);
    for (std::size_t t = steps; t-- > 0;) {
        p.gates[t] = norm(arrived);
        arrived *= f[t];
    }
    return p;
}

Trained trained(Network network, const Lesson& lesson) {
    Profile before = profile(network, lesson);
    const double accuracy = train(network, lesson).accuracy;
    return {std::move(before), profile(network, lesson), accuracy};
}

double left(const std::vector<double>& lengths) { return lengths.front() / lengths.back(); }

}  // namespace xtape::apps
