// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <xtape/nn/io/safetensors.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
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
        u = model.tensors.contains("readout.u") ? get("readout.u", {28, 10}) : Vector(280);  // without a skip: zeros
    }

    Reading read(const xtape::apps::Digits& digits, std::size_t image) const {
        Reading r{{Vector(H)}, {}};
        for (std::size_t t = 0; t < 28; ++t) {
            Vector a = b;
            for (std::size_t j = 0; j < H; ++j) {
                for (std::size_t k = 0; k < 28; ++k) a[j] += pixel(digits, image, t, k) * wx[k * H + j];
                for (std::size_t k = 0; k < H; ++k) a[j] += r.h[t][k] * wh[k * H + j];
                a[j] = std::tanh(a[j]);
            }
            r.h.push_back(a);
        }
        double sum = 0;
        for (std::size_t k = 0; k < 10; ++k) {
            double score = c[k];
            for (std::size_t j = 0; j < H; ++j) score += r.h[28][j] * v[j * 10 + k];
            for (std::size_t i = 0; i < 28; ++i) score += pixel(digits, image, 27, i) * u[i * 10 + k];
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

    // Of all images, the mean gradient of the loss through the last `depth` rows, as tensors of a model file:
    //     dv = h_T' do   du = x_T' do   dc = do,  do = p - y        dh_T = v do
    //     da_t = (1 - h_t^2) dh_t   dwx += x_t' da_t   dwh += h_{t-1}' da_t   db += da_t   dh_{t-1} = wh da_t
    std::map<std::string, Vector> gradient(const xtape::apps::Digits& digits, std::size_t depth) const {
        Vector dwx(28 * H), dwh(H * H), db(H), dv(H * 10), du(280), dc(10);
        for (std::size_t image = 0; image < digits.images.count; ++image) {
            const Reading r = read(digits, image);
            Vector dh(H);
            for (std::size_t k = 0; k < 10; ++k) {
                const double d = (r.p[k] - (k == digits.labels[image])) / double(digits.images.count);
                dc[k] += d;
                for (std::size_t j = 0; j < H; ++j) dv[j * 10 + k] += r.h[28][j] * d, dh[j] += v[j * 10 + k] * d;
                for (std::size_t i = 0; i < 28; ++i) du[i * 10 + k] += pixel(digits, image, 27, i) * d;
            }
            for (std::size_t t = 28; t > 28 - depth; --t) {
                Vector before(H);
                for (std::size_t k = 0; k < H; ++k) {
                    const double da = (1 - r.h[t][k] * r.h[t][k]) * dh[k];
                    db[k] += da;
                    for (std::size_t i = 0; i < 28; ++i) dwx[i * H + k] += pixel(digits, image, t - 1, i) * da;
                    for (std::size_t j = 0; j < H; ++j)
                        dwh[j * H + k] += r.h[t - 1][j] * da, before[j] += wh[j * H + k] * da;
                }
                dh = before;
            }
        }
        return {{"cell.wx", dwx},  {"cell.wh", dwh},  {"cell.b", db},
                {"readout.v", dv}, {"readout.c", dc}, {"readout.u", du}};
    }

private:
    static double pixel(const xtape::apps::Digits& digits, std::size_t image, std::size_t row, std::size_t column) {
        return digits.images.pixels[(image * 28 + row) * 28 + column] / 255.;
    }
    std::size_t H;
    Vector wx, wh, b, v, c, u;
};

}  // namespace by_hand
