// SPDX-License-Identifier: BSD-3-Clause
#include "saved_model.hpp"

#include <algorithm>
#include <cmath>

#include "apps/data/picture.hpp"
#include "checkpoint.hpp"

namespace xtape::apps {
namespace {

nn::io::Safetensors read_file(const Path& path) try {
    return nn::io::read_safetensors(path, Where{});
} catch (const Error&) {
    std::error_code unreadable;
    if (!std::filesystem::is_regular_file(path, unreadable)) throw;
    if (const std::string kind = picture_kind(path); !kind.empty())
        bad_file(path, "a model that a training saved, such as mnist-run/model.safetensors", "images (" + kind + ")");
    throw;
}

}  // namespace

SavedModel read_model(const Path& path) {
    nn::io::Safetensors file = read_file(path);
    const Settings settings = settings_of(file);
    return {settings, std::move(file)};
}

Network network_in(const SavedModel& model, const ImageSize& size) {
    Settings drawn = model.settings;
    drawn.init = "uniform";  // what is drawn is not kept, and orthogonal weights take long
    Network network(drawn, size);
    for (const auto& [name, parameter] : nn::parameters(network)) {
        const Array<float> values = array_in(model.file, name, parameter->shape());
        if (!std::ranges::all_of(values.storage(), [](float x) { return std::isfinite(x); }))
            bad_file(model.file.path, "finite numbers", "others in tensor " + name);
        parameter->set(values, Where{});
    }
    return network;
}

void check_probability(const SavedModel& model, double p) {
    if (!std::isfinite(p)) bad_file(model.file.path, "a network whose answers are probabilities", "other numbers");
}

}  // namespace xtape::apps
