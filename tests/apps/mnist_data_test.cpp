// SPDX-License-Identifier: BSD-3-Clause
#include "apps/data/mnist.hpp"

#include "idx_files.hpp"

using namespace idx_files;
using namespace xtape::apps;

namespace {

// Four small files that load, to spoil one of.
void write_set(const Folder& folder, std::size_t test_rows = 1) {
    write(folder / "train-images-idx3-ubyte", file_of({3, 1, 2}, 6));
    write(folder / "train-labels-idx1-ubyte", file_of({3}, 3));
    write(folder / "t10k-images-idx3-ubyte", file_of({2, test_rows, 2}, 4 * test_rows));
    write(folder / "t10k-labels-idx1-ubyte", file_of({2}, 2));
}

std::string set_complaint(const Folder& folder, const std::string& name) {
    return complaint(folder / name, [&] { load_mnist(folder.path); });
}

}  // namespace

TEST_CASE("the first 1,000 digits of MNIST load, with the checksums of their files") {
    Mnist mnist = load_mnist(Path(XTAPE_TEST_DATA) / "mnist-subset");
    CHECK(mnist.train.images.count == 800);
    CHECK(mnist.train.images.rows == 28);
    CHECK(mnist.train.images.columns == 28);
    CHECK(mnist.train.images.pixels.size() == 800 * 28 * 28);
    CHECK(mnist.test.images.count == 200);
    CHECK(mnist.test.labels.size() == 200);
    CHECK(Bytes(mnist.train.labels.begin(), mnist.train.labels.begin() + 5) == Bytes{5, 0, 4, 1, 9});
    CHECK(mnist.sha256.size() == 4);
    CHECK(mnist.sha256["train-images-idx3-ubyte"] ==
          "8d4f434d3df15ec1a651be25c03bc495db239e273a2b645a7ae0f4e6b4661209");
    CHECK(mnist.sha256["train-labels-idx1-ubyte"] ==
          "0043b8b8c572c91e0e8be73f3b57ed3d9ee6007896b4bea39fe173250043054c");
    CHECK(mnist.sha256["t10k-images-idx3-ubyte"] == "cefe86a05637f831a20aef251bd9db19004a2c986ec848d345c40ffd09264afc");
    CHECK(mnist.sha256["t10k-labels-idx1-ubyte"] == "181dda88fbf8032cf747bf0766ad9d035b6bb747997214d834eb8d2f33a72210");
}

TEST_CASE("files load plain, packed and under their other spelling, to the same digits") {
    const Folder folder;
    write_set(folder);
    const Mnist plain = load_mnist(folder.path);
    CHECK(plain.train.images.pixels == Bytes{0, 1, 2, 3, 4, 5});
    CHECK(plain.sha256.at("train-images-idx3-ubyte") ==
          "a1fac8f1167c6bf01d6c901a7576b958fa4020a8c7cc45954e31406a24c4322a");
    const Bytes labels = contents(folder / "t10k-labels-idx1-ubyte");
    std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
    SUBCASE("packed") { write(folder / "t10k-labels-idx1-ubyte.gz", gzip(labels)); }
    SUBCASE("with a dot") { write(folder / "t10k-labels.idx1-ubyte", labels); }
    SUBCASE("with a dot, packed") { write(folder / "t10k-labels.idx1-ubyte.gz", gzip(labels)); }
    CHECK(load_mnist(folder.path).test.labels == plain.test.labels);
    CHECK(load_mnist(folder.path).sha256 == plain.sha256);
}

TEST_CASE("files that do not belong together are refused") {
    const Folder folder;
    write_set(folder);
    const std::string labels = "train-labels-idx1-ubyte", test_images = "t10k-images-idx3-ubyte";
    SUBCASE("a missing one") {
        std::filesystem::remove(folder / labels);
        CHECK(set_complaint(folder, labels) ==
              "expected this file, plain or with .gz, or as train-labels.idx1-ubyte; found none");
    }
    SUBCASE("fewer labels than images") {
        write(folder / labels, file_of({2}, 2));
        CHECK(set_complaint(folder, labels) == "expected 3 labels, one for each of train-images-idx3-ubyte; found 2");
    }
    SUBCASE("images and labels swapped") {
        std::filesystem::rename(folder / labels, folder / test_images);
        CHECK(set_complaint(folder, labels) != "");
        write(folder / labels, file_of({3}, 3));
        CHECK(set_complaint(folder, test_images) ==
              "expected IDX images, magic 0x00000803; found labels, magic 0x00000801");
    }
}

TEST_CASE("a label above 9, and test images of another size, are refused") {
    const Folder folder;
    write_set(folder, 3);
    CHECK(set_complaint(folder, "t10k-images-idx3-ubyte") ==
          "expected images of 1 x 2, as in the training set; found 3 x 2");
    write_set(folder);
    write(folder / "train-labels-idx1-ubyte", idx_header({3}) + Bytes{0, 10, 9});
    CHECK(set_complaint(folder, "train-labels-idx1-ubyte") == "expected labels 0 to 9; found 10 at index 1");
}

TEST_CASE("the test set loads alone") {
    const Folder folder;
    write_set(folder);
    const Mnist all = load_mnist(folder.path);
    std::filesystem::remove(folder / "train-images-idx3-ubyte");
    CHECK(load_test_set(folder.path).labels == all.test.labels);
    CHECK(load_test_set(folder.path).images.pixels == all.test.images.pixels);
}
