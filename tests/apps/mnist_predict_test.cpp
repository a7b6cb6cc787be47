// SPDX-License-Identifier: BSD-3-Clause
// What a saved network reads in images. The network was saved by an older version of the program.
#include <sstream>

#include "apps/text.hpp"
#include "drawing.hpp"
#include "mnist_by_hand.hpp"
#include "picture_files.hpp"
#include "program.hpp"

using namespace idx_files;
using namespace picture_files;
using namespace program;
using xtape::apps::formatted;
using xtape::apps::quoted;

namespace {

const std::string model = XTAPE_TEST_DATA "/mnist-model-0.1.0.safetensors";
const Path data_dir = XTAPE_TEST_DATA "/mnist-subset";
const by_hand::Network network(model, 64);
const xtape::apps::Digits tested = xtape::apps::load_mnist(data_dir).test;

std::string predict(const std::string& arguments) {
    const Outcome o = run(XTAPE_MNIST " predict --model " + model + " " + arguments);
    CHECK(o.code == 0);
    CHECK(o.err == "");
    return o.out;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// "99.6 %", where floats may be rounded another way than doubles
bool is_percent(const std::string& text, double p) {
    const std::size_t digits = text.find(" %", text.find_first_not_of(' '));
    return digits != std::string::npos && digits + 2 == text.size() && std::abs(std::stod(text) - 100 * p) < 0.051;
}

// "NAME: 7, 99.6 %"
bool is_reading(const std::string& line, const std::string& name, const by_hand::Reading& r) {
    const std::string begin = name + ": " + std::to_string(r.answer()) + ", ";
    return line.starts_with(begin) && is_percent(line.substr(begin.size()), r.p[r.answer()]);
}

Bytes test_pixels(std::size_t image) {
    const auto first = tested.images.pixels.begin() + std::ptrdiff_t(image * 784);
    return {first, first + 784};
}

// All pixels upside down in brightness, in the upper left of a larger image
Bytes moved_and_inverted(const Bytes& pixels) {
    Bytes out(50 * 40, 255);
    for (std::size_t i = 0; i < 28; ++i)
        for (std::size_t j = 0; j < 28; ++j) out[(i + 1) * 40 + j + 1] = std::uint8_t(255 - pixels[i * 28 + j]);
    return out;
}

}  // namespace

TEST_CASE("MNIST's test images are read as in the test, from a packed and from a plain file") {
    const Folder folder;
    const Path plain = folder / "images";
    write(plain, xtape::apps::idx_header({200, 28, 28}) + tested.images.pixels);
    const Path packed = data_dir / "t10k-images-idx3-ubyte.gz";
    const auto from_packed = lines_of(predict("--quiet " + packed.string()));
    const auto from_plain = lines_of(predict("--quiet " + plain.string()));
    REQUIRE(from_packed.size() == 200);
    REQUIRE(from_plain.size() == 200);
    std::size_t right = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        const by_hand::Reading expected = network.read(tested, i);
        CHECK(is_reading(from_packed[i], formatted("%s[%zu]", packed.c_str(), i), expected));
        CHECK(is_reading(from_plain[i], formatted("%s[%zu]", plain.c_str(), i), expected));
        right += expected.answer() == tested.labels[i];
    }
    CHECK(right == 196);
}

TEST_CASE("an image of MNIST is read the same from files of other kinds") {
    const Folder folder;
    for (std::size_t i = 0; i < 20; ++i) {
        const Bytes pixels = test_pixels(i);
        const by_hand::Reading expected = network.read(tested, i);
        const Path file = write(folder / "a digit.png", grey_png(28, 28, pixels));
        CHECK(is_reading(lines_of(predict("--quiet " + quoted(file))).at(0), file, expected));
        write(file, pgm(28, 28, pixels));  // told apart by content
        CHECK(is_reading(lines_of(predict("--quiet " + quoted(file))).at(0), file, expected));
    }
}

TEST_CASE("an image of MNIST that is dark on light and off the middle is read the same") {
    const Folder folder;
    std::size_t same = 0;
    for (std::size_t i = 0; i < 30; ++i) {
        const std::string file = write(folder / "it.png", grey_png(40, 50, moved_and_inverted(test_pixels(i))));
        same += predict("--quiet " + file).starts_with(file + ": " + std::to_string(network.read(tested, i).answer()));
    }
    CHECK(same == 30);
}

TEST_CASE("a digit drawn with lines is read, whatever its size, ink, paper and kind of file") {
    const Folder folder;
    for (int digit = 0; digit < 10; ++digit) {
        CAPTURE(digit);
        const auto read = [&](const Bytes& bytes) {
            const std::string file = write(folder / "drawn", bytes);
            return predict("--quiet " + file).substr(file.size() + 2, 2);
        };
        const std::vector<double> thick = drawing::draw(drawing::digit(digit), 130, 150, 14);
        const std::vector<double> thinner = drawing::draw(drawing::digit(digit), 300, 160, 11);
        const std::string expected = std::to_string(digit) + ",";
        CHECK(read(grey_png(130, 150, drawing::inked(thick, 255, 0))) == expected);
        CHECK(read(grey_png(130, 150, drawing::inked(thick, 0, 255))) == expected);
        CHECK(read(pgm(300, 160, drawing::inked(thinner, 210, 40))) == expected);
        Bytes blue;  // on nothing
        for (const std::uint8_t opacity : drawing::inked(thick, 0, 255))
            for (const std::uint8_t channel : Bytes{20, 30, 160, opacity}) blue.push_back(channel);
        CHECK(read(png({130, 150, 8, rgb_alpha}, lines(blue, 150))) == expected);
    }
}

TEST_CASE("each image is shown beside ten bars of its probabilities") {
    const std::string file = data_dir / "t10k-images-idx3-ubyte.gz";
    const auto lines = lines_of(predict(file));
    REQUIRE(lines.size() == 200 * 16);
    for (std::size_t i = 0; i < 200; ++i) {
        const by_hand::Reading r = network.read(tested, i);
        CHECK(is_reading(lines[16 * i], formatted("%s[%zu]", file.c_str(), i), r));
        for (std::size_t digit = 0; digit < 10; ++digit) {
            const std::string& line = lines[16 * i + 3 + digit];
            REQUIRE(line.size() == 74);
            CHECK(std::abs(double(std::count(line.begin() + 35, line.end(), '#')) - 30 * r.p[digit]) < 0.51);
            CHECK(line.substr(32, 3) == std::to_string(digit) + "  ");
            CHECK(is_percent(line.substr(65), r.p[digit]));
        }
        CHECK(lines[16 * i + 15] == "");
    }
}

TEST_CASE("the image that is shown is the one that the network sees") {
    const Folder folder;
    Bytes pixels(100 * 60);  // 40 x 40 in the corner, its upper half at full strength, its lower one at half
    for (std::size_t i = 0; i < 40; ++i)
        for (std::size_t j = 0; j < 40; ++j) pixels[i * 60 + j] = i < 20 ? 200 : 100;
    const auto lines = lines_of(predict(write(folder / "it.pgm", pgm(60, 100, pixels))));
    REQUIRE(lines.size() == 16);
    const std::string space(6, ' ');
    for (std::size_t i = 0; i < 14; ++i) {
        const std::string picture = (lines[1 + i] + std::string(30, ' ')).substr(2, 28);
        CHECK(picture == (i < 3 || i > 12
                              ? std::string(28, ' ')
                              : std::string(4, ' ') + std::string(20, i < 8 ? '@' : '+') + std::string(4, ' ')));
    }
}

TEST_CASE("some files make one answer after the other") {
    const Folder folder;
    std::vector<std::string> files;
    std::string arguments = "--quiet";
    for (std::size_t i = 0; i < 5; ++i) {
        files.push_back(write(folder / std::to_string(i), grey_png(28, 28, test_pixels(i))));
        arguments += " " + files.back();
    }
    const auto lines = lines_of(predict(arguments));
    REQUIRE(lines.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) CHECK(is_reading(lines[i], files[i], network.read(tested, i)));
}

TEST_CASE("names of files are taken as they are, and behind -- so are those that look like flags") {
    const Folder folder;
    const std::vector<std::string> names{"--quiet", "[x]", "[a,b]", "predict", "it's", "two\nlines", "\x1b[2J"};
    std::string command = "cd " + quoted(folder.path) + " && " XTAPE_MNIST " predict --quiet --model " + model + " --";
    for (std::size_t i = 0; i < names.size(); ++i) {
        write(folder / names[i], grey_png(28, 28, test_pixels(i)));
        command += " " + quoted(names[i]);
    }
    const Outcome o = run(command);
    INFO(o.err);
    const auto lines = lines_of(o.out);
    REQUIRE(lines.size() == names.size());
    const std::vector<std::string> shown{"--quiet", "[x]", "[a,b]", "predict", "it's", "two\\x0alines", "\\x1b[2J"};
    for (std::size_t i = 0; i < names.size(); ++i) CHECK(is_reading(lines[i], shown[i], network.read(tested, i)));
}

TEST_CASE("the page on prediction shows what the program prints") {
    const Path root = Path(XTAPE_TEST_DATA).parent_path().parent_path();
    const Outcome o =
        run("cd " + quoted(root) +
            " && " XTAPE_MNIST " predict --model tests/data/mnist-model-0.1.0.safetensors docs/pictures/drawn.png");
    CHECK(o.code == 0);
    CHECK(has(text(root / "docs/predict.md"), "```text\n" + o.out + "```\n"));
}
