// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/io/safetensors.hpp>

#include <algorithm>
#include <cmath>

#include "apps/data/mnist.hpp"
#include "apps/data/samples.hpp"

// Any network of a model file in plain loops over doubles: knows neither the engine nor the program, but for the order
// of permuted pixels.
namespace networks_by_hand {

using Vector = std::vector<double>;
using Sequence = std::vector<Vector>;

struct Kind {
    std::string cell, scan;
    std::size_t hidden, layers = 1;
    bool bidirectional = false;
};

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Sequences of one image
inline Sequence scanned(const std::string& scan, const std::uint8_t* pixel) {
    const auto at = [&](std::size_t i, std::size_t j) { return pixel[28 * i + j] / 255.; };
    Sequence xs(scan == "rows" || scan == "columns" ? 28 : 196);
    const auto order = xtape::apps::epoch_order(196, 1, 0);
    for (std::size_t t = 0; t < xs.size(); ++t) {
        for (std::size_t j = 0; xs.size() == 28 && j < 28; ++j) xs[t].push_back(scan == "rows" ? at(t, j) : at(j, t));
        const std::size_t block = scan == "permuted" ? order[t] : t, i = 2 * (block / 14), j = 2 * (block % 14);
        if (xs.size() == 196) xs[t] = {(at(i, j) + at(i, j + 1) + at(i + 1, j) + at(i + 1, j + 1)) / 4};
    }
    return xs;
}

class Network {
public:
    Network(const std::filesystem::path& path, Kind kind)
        : kind_(std::move(kind)), file_(xtape::nn::io::read_safetensors(path)) {}

    // The scores of one image
    Vector scores(const std::uint8_t* pixels) const {
        Vector ends, last;
        for (const std::string& scan : kind_.scan == "both" ? std::vector<std::string>{"rows", "columns"}
                                                            : std::vector<std::string>{kind_.scan}) {
            const Sequence xs = scanned(scan, pixels);
            const Vector end = read(scan, xs);
            ends.insert(ends.end(), end.begin(), end.end()),
                last.insert(last.end(), xs.back().begin(), xs.back().end());
        }
        Vector out = tensor("readout.c");
        add(out, ends, tensor("readout.v"));
        if (file_.tensors.contains("readout.u")) add(out, last, tensor("readout.u"));
        return out;
    }
    std::size_t answer(const std::uint8_t* pixels) const {
        const Vector s = scores(pixels);
        return std::size_t(std::max_element(s.begin(), s.end()) - s.begin());
    }

private:
    Vector tensor(const std::string& name) const {
        const auto values = file_.get<float>(name, file_.tensors.at(name).shape);
        return {values.begin(), values.end()};
    }
    static void add(Vector& to, const Vector& x, const Vector& w) {  // x w
        if (w.size() != x.size() * to.size()) throw std::runtime_error("weights have another shape");
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t j = 0; j < to.size(); ++j) to[j] += x[i] * w[i * to.size() + j];
    }

    // What the last layer says at the end of a sequence
    Vector read(const std::string& scan, Sequence xs) const {
        Vector end;
        for (std::size_t layer = 0; layer < kind_.layers; ++layer) {
            Sequence forward = run(scan + ".forward." + std::to_string(layer) + ".", xs);
            end = forward.back();
            if (kind_.bidirectional) {
                std::reverse(xs.begin(), xs.end());
                Sequence backward = run(scan + ".backward." + std::to_string(layer) + ".", xs);
                end.insert(end.end(), backward.back().begin(), backward.back().end());
                for (std::size_t t = 0; t < forward.size(); ++t) {
                    const Vector& other = backward[forward.size() - 1 - t];
                    forward[t].insert(forward[t].end(), other.begin(), other.end());
                }
            }
            xs = forward;
        }
        return end;
    }
    Sequence run(const std::string& path, const Sequence& xs) const {
        Vector h(kind_.hidden), c(kind_.hidden);
        Sequence all;
        const Cell cell{*this, path};
        for (const Vector& x : xs) all.push_back(h = cell.step(x, h, c));
        return all;
    }

    struct Cell {  // its weights, read once
        Cell(const Network& n, const std::string& path)
            : kind(n.kind_.cell), wx(n.tensor(path + "wx")), wh(n.tensor(path + "wh")), b(n.tensor(path + "b")) {
            if (kind == "gru") bn = n.tensor(path + "bn");
        }
        std::string kind;
        Vector wx, wh, b, bn{};

        Vector step(const Vector& x, const Vector& h, Vector& c) const {
            const std::size_t n = h.size();
            Vector a = b, m(b.size()), next(n);
            add(a, x, wx), add(m, h, wh);
            for (std::size_t k = 0; k < n; ++k) {
                const auto gate = [&](std::size_t g) { return sigmoid(a[g * n + k] + m[g * n + k]); };
                if (kind == "rnn") next[k] = std::tanh(a[k] + m[k]);
                if (kind == "lstm") {  // i f g o
                    c[k] = gate(1) * c[k] + gate(0) * std::tanh(a[2 * n + k] + m[2 * n + k]);
                    next[k] = gate(3) * std::tanh(c[k]);
                }
                if (kind == "gru") {  // r z n
                    const double candidate = std::tanh(a[2 * n + k] + gate(0) * (m[2 * n + k] + bn[k]));
                    next[k] = (1 - gate(1)) * candidate + gate(1) * h[k];
                }
            }
            return next;
        }
    };

    Kind kind_;
    xtape::nn::io::Safetensors file_;
};

}  // namespace networks_by_hand
