// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"

#include <map>

namespace xtape::apps {
namespace {

using V = Variable<float>;

const std::map<std::string, nn::Init> by_name{{"orthogonal", nn::Init::orthogonal},
                                              {"identity", nn::Init::identity},
                                              {"glorot", nn::Init::glorot},
                                              {"normal", nn::Init::normal},
                                              {"uniform", nn::Init::uniform}};

std::size_t ways(const Settings& s) { return s.bidirectional ? 2 : 1; }

template <class Cell> Cell cell(std::size_t inputs, const Settings& s, nn::Generator& generator) {
    if constexpr (std::same_as<Cell, nn::RNNCell<float>>)
        return {inputs, s.hidden, generator, {.init = by_name.at(s.init)}};
    else
        return {inputs, s.hidden, generator};
}

template <class Cell> Readers<Cell> readers(const Settings& s, const ImageSize& size) {
    nn::Generator generator(s.seed);
    std::vector<nn::Layers<Cell>> all;
    std::size_t inputs = 0, last = 0;  // to the read-out: of states, and of last steps
    for (const std::string& scan : scans_of(s.scan)) {
        const nn::LayersOptions options{.layers = s.layers,
                                        .bidirectional = s.bidirectional,
                                        .dropout = s.dropout,
                                        .number = all.size() * most_layers};
        const std::size_t n = steps_of(scan, size.rows, size.columns).inputs;
        all.emplace_back(n, options, [&](std::size_t width) { return cell<Cell>(width, s, generator); });
        inputs += ways(s) * s.hidden, last += n;
    }
    const bool plain = s.cell == "rnn" && s.scan == "rows" && s.layers == 1 && !s.bidirectional;
    return {s.scan, plain, std::move(all),
            s.skip_input ? nn::Readout<float>(inputs, last, 10, generator) : nn::Readout<float>(inputs, 10, generator)};
}

// With gradients through the last steps alone.
template <class Cell> auto read_layers(const nn::Layers<Cell>& layers, const V& xs, std::size_t depth) {
    const std::size_t steps = xs.value().shape()[0];
    if (depth >= steps) return layers(xs);
    const auto end = std::ptrdiff_t(steps), cut = end - std::ptrdiff_t(depth);
    const auto before = [&] {
        const NoGrad constants;
        return layers(slice(xs, 0, 0, cut)).last;
    };
    return layers(slice(xs, 0, cut, end), {.first = before(), .begin = cut});
}

V joined(const std::vector<V>& parts) { return parts.size() == 1 ? parts[0] : concatenate(parts, 1); }

template <class S> std::vector<V> variables(const S& state) {
    return std::apply([](const auto&... field) { return std::vector<V>{field...}; }, nn::fields(state));
}

}  // namespace

template <class Cell> Reading Readers<Cell>::read(const Array<float>& images, std::size_t depth) const {
    std::vector<V> ends, last;
    Reading reading;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const V xs = scanned(images, scans_of(scan)[i]);
        const auto one = read_layers(layers[i], xs, depth);
        ends.push_back(one.final_state), last.push_back(select(xs, 0, -1));
        for (std::size_t t = 0; i == 0 && t < one.forward.states.size(); ++t)
            reading.states.push_back(variables(one.forward.states[t]));
    }
    reading.scores = readout.u ? readout(joined(ends), joined(last)) : readout(joined(ends));
    return reading;
}

Network::One Network::made(const Settings& s, const ImageSize& size) {
    if (s.cell == "lstm") return readers<nn::LSTMCell<float>>(s, size);
    if (s.cell == "gru") return readers<nn::GRUCell<float>>(s, size);
    return readers<nn::RNNCell<float>>(s, size);
}

Network::Network(const Settings& s, const ImageSize& size) : one_(made(s, size)) { nn::name_parameters(*this); }

Reading Network::read(const Array<float>& images, std::size_t depth) const {
    return std::visit([&](const auto& one) { return one.read(images, depth); }, one_);
}

double recurrent_weights(const Settings& s) {
    const double gates = s.cell == "lstm" ? 4 : s.cell == "gru" ? 3 : 1, hidden = static_cast<double>(s.hidden);
    return static_cast<double>(scans_of(s.scan).size() * s.layers * ways(s)) * gates * hidden * hidden;
}

}  // namespace xtape::apps
