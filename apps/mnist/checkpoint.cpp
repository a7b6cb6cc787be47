// SPDX-License-Identifier: BSD-3-Clause
#include "checkpoint.hpp"

#include <zlib.h>
#include <xtape/nn/io/system.hpp>
#include <xtape/version.hpp>

#include <algorithm>

#include "apps/text.hpp"

namespace xtape::apps {
namespace {

using nlohmann::json;
using nn::io::Safetensors;
using Sizes = std::vector<std::size_t>;

constexpr const char* counters[] = {"loss",       "images",       "norm",    "steps",
                                    "epoch_loss", "epoch_images", "seconds", "epoch_right"};
constexpr std::size_t log_columns = sizeof(LogRow) / sizeof(double);

// The same members of a progress, to write and to read.
template <class P> auto members(P& p) {
    return std::array{&p.loss,       &p.images,       &p.norm,    &p.steps,
                      &p.epoch_loss, &p.epoch_images, &p.seconds, &p.epoch_right};
}
static_assert(std::size(counters) == std::tuple_size_v<decltype(members(std::declval<Progress&>()))>);

void add(Safetensors& file, const std::string& name, const Array<float>& values) {
    file.tensors[name] = nn::io::tensor<float>(Sizes(values.shape().begin(), values.shape().end()),
                                               std::span(values.data(), values.size()), Where{});
}

std::string crc32_of(const Safetensors& file) {
    uLong crc = crc32_z(0, nullptr, 0);
    const auto add_bytes = [&](const void* p, std::size_t n) { crc = crc32_z(crc, static_cast<const Bytef*>(p), n); };
    const auto add_text = [&](const std::string& s) { add_bytes(s.c_str(), s.size() + 1); };
    for (const auto& [name, value] : file.metadata)
        if (name != "crc32") add_text(name), add_text(value);
    for (const auto& [name, tensor] : file.tensors) {
        add_text(name), add_text(text(tensor.shape));
        add_bytes(tensor.bytes.data(), tensor.bytes.size());
    }
    return formatted("%08lx", crc);
}

void check_data(const Safetensors& file, const Sums& data) {
    for (const auto& [name, sum] : data)
        if (const std::string of_file = metadata(file, name); of_file != sum)
            bad_file(file.path, "a checkpoint of the same data, " + name + " " + sum.substr(0, 12) + "...",
                     nn::io::in_quotes(of_file));
}

std::vector<LogRow> log_of(const Safetensors& file) {
    const auto found = file.tensors.find("log");
    Sizes shape = found == file.tensors.end() ? Sizes{} : found->second.shape;
    shape.resize(2);
    if (shape[1] != log_columns - 1) shape[1] = log_columns;  // before the accuracy was counted
    const auto values = file.get<double>("log", shape, Where{});
    LogRow row{};
    row.epoch_accuracy = not_counted;
    std::vector<LogRow> log(shape[0], row);
    for (std::size_t i = 0; i < log.size(); ++i)
        std::memcpy(&log[i], values.data() + i * shape[1], shape[1] * sizeof(double));
    return log;
}

double counter(const Safetensors& file, const std::string& name, std::size_t step) {
    const std::string path = "progress." + name;
    if (name == "epoch_right" && !file.tensors.contains(path)) return step ? not_counted : 0;
    return file.get<double>(path, {}, Where{})[0];
}

}  // namespace

Array<float> array_in(const Safetensors& file, const std::string& name, const Shape& shape) {
    const auto values = file.get<float>(name, Sizes(shape.begin(), shape.end()), Where{});
    Array<float> out = Array<float>::from_shape(shape);
    std::copy(values.begin(), values.end(), out.data());
    return out;
}

Safetensors model_file(const Training& training) {
    Safetensors file;
    for (const auto& [path, parameter] : nn::parameters(training.model)) add(file, path, parameter->value());
    file.metadata["version"] = XTAPE_VERSION;
    const json settings = training.settings;
    for (const auto& [name, value] : settings.items()) file.metadata[name] = value.dump();
    return file;
}

Safetensors checkpoint_file(const Training& training, const Sums& data) {
    Safetensors file = model_file(training);
    const Progress& p = training.progress;
    for (const auto& [name, values] : training.optimizer.state().arrays) add(file, name, values);
    const auto* rows = reinterpret_cast<const double*>(p.log.data());
    file.tensors["log"] =
        nn::io::tensor<double>({p.log.size(), log_columns}, std::span(rows, p.log.size() * log_columns), Where{});
    for (std::size_t i = 0; i < std::size(counters); ++i)
        file.tensors[std::string("progress.") + counters[i]] =
            nn::io::tensor<double>({}, std::span<const double>(members(p)[i], 1), Where{});
    file.metadata["epoch"] = std::to_string(p.epoch);
    file.metadata["step"] = std::to_string(p.step);
    file.metadata.insert(data.begin(), data.end());
    file.metadata["crc32"] = crc32_of(file);
    return file;
}

Checkpoint read_checkpoint(const Path& path) {
    Safetensors file = nn::io::read_safetensors(path, Where{});
    const std::string expected = metadata(file, "crc32"), found = crc32_of(file);
    if (found != expected)
        bad_file(path, "contents with CRC-32 " + nn::io::in_quotes(expected), found + ": the file is damaged");
    const Settings settings = settings_of(file);
    return {settings, std::move(file)};
}

void restore(Training& training, const Checkpoint& checkpoint, const Sums& data) {
    const Safetensors& file = checkpoint.file;
    check_data(file, data);
    Progress& p = training.progress;
    p.epoch = whole_number_in(file, "epoch", 0, training.settings.epochs);
    p.step = whole_number_in(file, "step", 0, training.done() ? 0 : training.steps_per_epoch() - 1);
    p.log = log_of(file);
    for (std::size_t i = 0; i < std::size(counters); ++i) *members(p)[i] = counter(file, counters[i], p.step);

    auto& state = training.optimizer.state();
    state.steps = static_cast<std::int64_t>(training.steps_done());
    for (const auto& [path, parameter] : nn::parameters(training.model)) {
        const Shape shape = parameter->shape();
        parameter->set(array_in(file, path, shape), Where{});
        for (const char* kind : training.optimizer.kinds())
            if (state.steps > 0) state.arrays.emplace_back(path + kind, array_in(file, path + kind, shape));
    }
}

}  // namespace xtape::apps
