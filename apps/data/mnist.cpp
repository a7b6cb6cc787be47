// SPDX-License-Identifier: BSD-3-Clause
#include "mnist.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace xtape::apps {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Path = std::filesystem::path;

std::string sha256(const Bytes& header, const Bytes& data) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::array<unsigned char, 32> digest{};
    const bool done = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
                      EVP_DigestUpdate(context.get(), header.data(), header.size()) == 1 &&
                      EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
                      EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
    if (!done) throw std::runtime_error("libcrypto cannot compute a SHA-256");
    std::string hex;
    for (const unsigned byte : digest) hex += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    return hex;
}

Path find_file(const Path& folder, const std::string& name) {
    std::string dotted = name;
    dotted[name.rfind("-idx")] = '.';
    for (const std::string& base : {name, dotted})
        for (const char* suffix : {"", ".gz"}) {
            std::error_code unreadable;
            if (Path file = folder / (base + suffix); std::filesystem::exists(file, unreadable)) return file;
            if (unreadable) bad_file(folder / name, "this file in a folder that may be read", unreadable.message());
        }
    bad_file(folder / name, "this file, plain or with .gz, or as " + dotted, "none");
}

void check_labels(const Path& file, const Digits& digits, const Path& images) {
    const std::size_t labels = digits.labels.size(), count = digits.images.count;
    if (labels != count)
        bad_file(file, std::to_string(count) + " labels, one for each of " + images.filename().string(),
                 std::to_string(labels));
    const auto above = std::find_if(digits.labels.begin(), digits.labels.end(), [](auto label) { return label > 9; });
    if (above != digits.labels.end())
        bad_file(file, "labels 0 to 9",
                 std::to_string(*above) + " at index " + std::to_string(above - digits.labels.begin()));
}

std::string images_of(const std::string& name) { return name + "-images-idx3-ubyte"; }
std::string labels_of(const std::string& name) { return name + "-labels-idx1-ubyte"; }

Digits load(const Path& folder, const std::string& name) {
    const Path images = find_file(folder, images_of(name)), labels = find_file(folder, labels_of(name));
    Digits digits{read_images(images), read_labels(labels)};
    check_labels(labels, digits, images);
    return digits;
}

void add_sums(Mnist& mnist, const std::string& name, const Digits& digits) {
    const auto& [count, rows, columns, pixels] = digits.images;
    mnist.sha256[images_of(name)] = sha256(idx_header({count, rows, columns}), pixels);
    mnist.sha256[labels_of(name)] = sha256(idx_header({count}), digits.labels);
}

std::string image_size(const Images& images) {
    return std::to_string(images.rows) + " x " + std::to_string(images.columns);
}

}  // namespace

Mnist load_mnist(const Path& folder) {
    Mnist mnist{load(folder, "train"), load_test_set(folder), {}};
    add_sums(mnist, "train", mnist.train);
    add_sums(mnist, "t10k", mnist.test);
    const std::string expected = image_size(mnist.train.images), found = image_size(mnist.test.images);
    if (found != expected)
        bad_file(find_file(folder, "t10k-images-idx3-ubyte"), "images of " + expected + ", as in the training set",
                 found);
    return mnist;
}

Digits load_test_set(const Path& folder) { return load(folder, "t10k"); }

}  // namespace xtape::apps
