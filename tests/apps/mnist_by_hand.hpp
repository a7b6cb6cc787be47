// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/io/safetensors.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <vector>

#include "apps/data/mnist.hpp"

// The network of a model file in plain loops over doubles: knows neither the engine nor the program.
namespace by_hand {

using Vector = std::vector<double>;

// All that a network computes of one image.
struct Reading {
    std::vector<Vector> h;     // h_0 ... h_T
    std::array<double, 10> p;  // the probability of each digit
    std::size_t answer() const { return std::size_t(std::max_element(p.begin(), p.end()) - p.begin()); }
    double loss(std::size_t label) const { return -std::log(p[label]); }
};

class Network {
public:
    Network(const std::filesystem::path& file, std::size_t units) : H(units) {
        const auto model = xtape::nn::io::read_safetensors(file);
        const auto get = [&](const char* name, const std::vector<std::size_t>& shape) {
            const auto values = model.get<float>(name, shape);
            return Vector(values.begin(), values.end());
        };
        wx = get("cell.wx", {28, H}), wh = get("cell.wh", {H, H}), b = get("cell.b", {H});
        v = get("readout.v", {H, 10}), c = get("readout.c", {10});
    }

    Reading read(const xtape::apps::Digits& digits, std::size_t image) const {
        Reading r{{Vector(H)}, {}};
        for (std::size_t t = 0; t < 28; ++t) {
            Vector a = b;
            for (std::size_t j = 0; j < H; ++j) {
                for (std::size_t k = 0; k < 28; ++k)
                    a[j] += digits.images.pixels[(image * 28 + t) * 28 + k] / 255. * wx[k * H + j];
                for (std::size_t k = 0; k < H; ++k) a[j] += r.h[t][k] * wh[k * H + j];
                a[j] = std::tanh(a[j]);
            }
            r.h.push_back(a);
        }
        double sum = 0;
        for (std::size_t k = 0; k < 10; ++k) {
            double score = c[k];
            for (std::size_t j = 0; j < H; ++j) score += r.h[28][j] * v[j * 10 + k];
            sum += r.p[k] = std::exp(score);
        }
        for (double& p : r.p) p /= sum;
        return r;
    }

    // Of the first 256 images, the mean of |dL/dh_t| for t = 0 ... T:
    //     dL/dh_T = v (p - y)     dL/dh_{t-1} = wh ((1 - h_t^2) dL/dh_t)
    Vector gradient_lengths(const xtape::apps::Digits& digits) const {
        const std::size_t images = std::min<std::size_t>(256, digits.images.count);
        Vector lengths(29);
        for (std::size_t image = 0; image < images; ++image) {
            const Reading r = read(digits, image);
            Vector g(H);
            for (std::size_t j = 0; j < H; ++j)
                for (std::size_t k = 0; k < 10; ++k) g[j] += v[j * 10 + k] * (r.p[k] - (k == digits.labels[image]));
            for (std::size_t t = 28;; --t) {
                lengths[t] += std::sqrt(std::inner_product(g.begin(), g.end(), g.begin(), 0.)) / double(images);
                if (t == 0) break;
                Vector before(H);
                for (std::size_t j = 0; j < H; ++j)
                    for (std::size_t k = 0; k < H; ++k) before[j] += wh[j * H + k] * (1 - r.h[t][k] * r.h[t][k]) * g[k];
                g = before;
            }
        }
        return lengths;
    }

private:
    std::size_t H;
    Vector wx, wh, b, v, c;
};

}  // namespace by_hand
