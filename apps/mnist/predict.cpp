// SPDX-License-Identifier: BSD-3-Clause
#include "predict.hpp"

#include <xtape/nn/io/system.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string_view>

#include "apps/data/centre.hpp"
#include "apps/data/datasets.hpp"
#include "apps/data/picture.hpp"
#include "apps/data/samples.hpp"
#include "apps/text.hpp"
#include "saved_model.hpp"

namespace xtape::apps {
namespace {

struct Named {
    std::vector<std::string> names;  // of the images
    Images images;
};

Named read_all(const std::vector<std::string>& files, const Dataset& dataset) {
    Named all{{}, {0, mnist_side, mnist_side, {}}};
    for (const std::string& file : files) {
        const Images images = (dataset.named() ? fitted : centred)(read_pictures(file), file);
        const std::string name = nn::io::printable(file);
        for (std::size_t n = 0; n < images.count; ++n)
            all.names.push_back(images.count == 1 ? name : name + "[" + std::to_string(n) + "]");
        all.images.count += images.count;
        all.images.pixels.insert(all.images.pixels.end(), images.pixels.begin(), images.pixels.end());
    }
    return all;
}

std::string percent(double p) { return formatted("%.1f %%", 100 * p); }

// Two rows of pixels on a line, for letters are twice as high as wide.
std::string picture_line(const std::uint8_t* pixels) {
    constexpr std::string_view shades = " .:-=+*#%@";
    std::string line;
    for (std::size_t j = 0; j < mnist_side; ++j)
        line += shades[(std::size_t{pixels[j]} + pixels[mnist_side + j]) * shades.size() / 511];
    return line;
}

// The image as the network is shown it, beside its probabilities p (10).
std::string portrait(const std::uint8_t* pixels, const float* p, const Dataset& dataset) {
    constexpr std::size_t lines = mnist_side / 2, first = (lines - 10) / 2, width = 30;
    std::string out;
    for (std::size_t i = 0; i < lines; ++i) {
        out += "  " + picture_line(pixels + 2 * i * mnist_side);
        if (const std::size_t digit = i - first; digit < 10) {
            const std::string bar(std::size_t(std::lround(double{p[digit]} * double(width))), '#');
            out += formatted("  %*s  %-*s %8s", dataset.named() ? 11 : 1, dataset.classes[digit].c_str(), int(width),
                             bar.c_str(), percent(double{p[digit]}).c_str());
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

void show(const Named& all, std::size_t n, const float* p, const Dataset& dataset, bool quiet) {
    const float* most = std::max_element(p, p + 10);
    const std::string& answer = dataset.classes[std::size_t(most - p)];
    std::printf("%s: %s, %s\n", all.names[n].c_str(), answer.c_str(), percent(double{*most}).c_str());
    if (!quiet)
        std::printf("%s\n", portrait(all.images.pixels.data() + n * mnist_side * mnist_side, p, dataset).c_str());
}

}  // namespace

int predict(const Predict& command) {
    const NoGrad constants;
    const SavedModel model = read_model(command.model);
    const Network network = network_in(model, {mnist_side, mnist_side});
    const Dataset& known = dataset(model.settings.dataset);
    const Named all = read_all(command.images, known);
    constexpr std::size_t rows = 256;  // at a time
    for (std::size_t begin = 0; begin < all.images.count; begin += rows) {
        std::vector<std::uint32_t> chosen(std::min(rows, all.images.count - begin));
        std::iota(chosen.begin(), chosen.end(), static_cast<std::uint32_t>(begin));
        const Array<float> p = exp(log_softmax(network(sequences(all.images, chosen)))).value();  // (B, 10)
        for (std::size_t i = 0; i < p.size(); ++i) check_probability(model, double{p.data()[i]});
        for (std::size_t n = 0; n < chosen.size(); ++n) show(all, begin + n, p.data() + 10 * n, known, command.quiet);
    }
    return 0;
}

}  // namespace xtape::apps
