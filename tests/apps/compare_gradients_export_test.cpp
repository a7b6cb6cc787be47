// SPDX-License-Identifier: BSD-3-Clause
// What is exported is enough for another program: here one of plain loops.
#include <xtape/nn/io/compare.hpp>
#include <xtape/nn/io/npz.hpp>
#include <xtape/nn/nn.hpp>

#include <cmath>

#include "compared.hpp"

using namespace program;
using namespace compared;
using A = xtape::Array<double>;
using Arrays = std::map<std::string, A>;

namespace {

constexpr std::size_t T = 4, B = 2, I = 2, H = 3, K = 3;  // `small`

Arrays exported(const std::string& flags, int code = 0) {
    const idx_files::Folder folder;
    const std::string file = folder / "all.npz";
    const Outcome o = run(compare + small + flags + " --export " + file);
    INFO(flags << "\n" << o.out << o.err);
    CHECK(o.code == code);
    return xtape::nn::io::load_npz<double>(file);
}
const A& at(const Arrays& all, const std::string& name) {
    REQUIRE_MESSAGE(all.contains(name), name);
    return all.at(name);
}

void check_near(const A& a, const A& b, double tolerance = 1e-14) {
    REQUIRE(a.shape() == b.shape());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a.data()[i] - b.data()[i]) <= tolerance);
}

// The sum over the first axes, as many as lead.
A summed(const A& a, std::size_t lead) {
    A sum = xtape::zeros<double>(xtape::Shape(a.shape().begin() + long(lead), a.shape().end()));
    for (std::size_t i = 0; i < a.size(); ++i) sum.data()[i % sum.size()] += a.data()[i];
    return sum;
}

// H_t and the losses of an RNN.
std::pair<A, A> forward(const Arrays& f) {
    A h = xtape::zeros<double>({T, B, H}), losses = xtape::zeros<double>({T});
    const A &x = at(f, "input/x"), &h0 = at(f, "input/h0"), &labels = at(f, "input/labels");
    for (std::size_t t = 0; t < T; ++t)
        for (std::size_t i = 0; i < B; ++i) {
            for (std::size_t j = 0; j < H; ++j) {
                double a = at(f, "parameter/b")(j);
                for (std::size_t k = 0; k < I; ++k) a += x(t, i, k) * at(f, "parameter/wx")(k, j);
                for (std::size_t k = 0; k < H; ++k) a += (t ? h(t - 1, i, k) : h0(i, k)) * at(f, "parameter/wh")(k, j);
                h(t, i, j) = std::tanh(a);
            }
            std::vector<double> o(K);
            double sum = 0;
            for (std::size_t k = 0; k < K; ++k) {
                o[k] = at(f, "parameter/c")(k);
                for (std::size_t j = 0; j < H; ++j) o[k] += h(t, i, j) * at(f, "parameter/v")(j, k);
                sum += std::exp(o[k]);
            }
            losses(t) += at(f, "input/weights")(t) / double(B) * (std::log(sum) - o[std::size_t(labels(t, i))]);
        }
    return {h, losses};
}

}  // namespace

TEST_CASE("of every model: both gradients, and terms that add up to them") {
    for (const std::string& model : models)
        for (const char* loss : {"last", "every"}) {
            INFO(model << " " << loss);
            const Arrays f = exported("--model " + model + " --loss " + loss);
            std::size_t gradients = 0, terms = 0;
            for (const auto& [name, array] : f) {
                const auto slash = name.find('/');
                const std::string folder = name.substr(0, slash), rest = name.substr(slash + 1);
                if (folder == "gradient") check_near(array, at(f, "analytic/" + rest)), ++gradients;
                if (folder != "term") continue;
                check_near(summed(array, 2), at(f, "gradient/" + rest)), ++terms;
            }
            CHECK(gradients == (model == "bidirectional"            ? 11
                                : model == "lstm" || model == "gru" ? 8
                                : model == "attention"              ? 8
                                                                    : 7));
            CHECK(terms == (model == "bidirectional" ? 6 : model == "gru" ? 4 : 3));
            CHECK(at(f, "output/scores").shape() == xtape::Shape{T, B, K});
            CHECK(f.contains("input/truncation") == (model == "truncated"));
        }
}

TEST_CASE("of an RNN: outputs, losses, gradients and the credit map, recomputed from the file") {
    const Arrays f = exported("--loss every");
    const auto [h, losses] = forward(f);
    check_near(h, at(f, "output/h"));
    check_near(losses, at(f, "output/losses"));
    for (const char* name :
         {"parameter/wx", "parameter/wh", "parameter/b", "parameter/v", "parameter/c", "input/x", "input/h0"}) {
        INFO(name);
        const A& gradient = at(f, "gradient/" + std::string(name).substr(std::string(name).find('/') + 1));
        A differences = gradient;
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            const auto moved = [&](double by) {
                Arrays other = f;
                other.at(name).data()[i] += by;
                return summed(forward(other).second, 1)();
            };
            differences.data()[i] = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        }
        check_near(differences, gradient, 1e-8);
    }
    A squares = xtape::zeros<double>({T, T});
    for (const char* name : {"wx", "wh", "b"}) {
        const A& term = at(f, std::string("term/") + name);
        const std::size_t size = term.size() / (T * T);
        for (std::size_t i = 0; i < term.size(); ++i) squares.data()[i / size] += term.data()[i] * term.data()[i];
    }
    check_near(A(xt::sqrt(squares)), at(f, "credit"));
}

TEST_CASE("the sweep: its terms are the sums over s, and a mistaken one stands beside it") {
    const Arrays f = exported("--loss every");
    for (const char* name : {"wx", "wh", "b"}) {
        const std::string term = std::string("term/") + name;
        check_near(summed(at(f, "sweep/" + term), 1), at(f, std::string("gradient/") + name));
        check_near(summed(at(f, term), 1), at(f, "sweep/" + term));
    }
    CHECK(at(f, "sweep/dh").shape() == xtape::Shape{T, B, H});
    const A slope = at(f, "sweep/dh") * (1 - at(f, "output/h") * at(f, "output/h"));
    check_near(slope, at(f, "sweep/da"));
    const Arrays wrong = exported("--loss every --mutate no-slope", 1);
    check_near(at(wrong, "mistaken/da"), at(wrong, "mistaken/dh"));
    check_near(at(wrong, "sweep/da"), at(f, "sweep/da"));
    CHECK(at(exported("--model lstm"), "sweep/dc").shape() == xtape::Shape{T, B, H});
}

TEST_CASE("what was written is said, on the standard error: the report stays what --format asks for") {
    const idx_files::Folder folder;
    const std::string file = folder / "all.npz";
    for (const char* flags : {"", "--mutate no-slope "}) {
        const Outcome o =
            run("cd " + folder.path.string() + " && " + compare + small + flags + "--format json --export all.npz");
        CHECK(o.code == (*flags ? 1 : 0));
        CHECK(nlohmann::json::accept(o.out));
        const std::size_t count = xtape::nn::io::load_npz<double>(file).size();
        CHECK(o.err == "compare_gradients: wrote " + std::to_string(count) + " arrays to " + file + "\n");
        CHECK(std::distance(begin(std::filesystem::directory_iterator(folder.path)),
                            end(std::filesystem::directory_iterator(folder.path))) == 1);
    }
}

TEST_CASE("a file that cannot be written is one line, which names it, and exit code 1, before any work") {
    const idx_files::Folder folder;
    std::ofstream(folder / "text") << "no folder";
    for (const std::string& file : {(folder / "none" / "all.npz").string(), folder.path.string(),
                                    (folder / "text" / "all.npz").string(), std::string("/proc/all.npz")}) {
        const Outcome o = run(compare + small + "--export " + file);
        CHECK(o.code == 1);
        CHECK_MESSAGE(one_line(o.err), o.err);
        CHECK(o.err.starts_with("compare_gradients: " + file + ": expected "));
        CHECK(o.out.empty());
    }
    CHECK(run(compare + small + "--export /dev/null").code == 0);
}

TEST_CASE("what is exported is an analytic gradient of the network that its arrays say") {
    using V = xtape::Variable<double>;
    const idx_files::Folder folder;
    const std::string file = folder / "all.npz";
    CHECK(run(compare + small + "--loss every --export " + file).code == 0);
    const Arrays f = xtape::nn::io::load_npz<double>(file);
    const auto labels = xtape::nn::io::load_npz<std::int64_t>(file, "input/labels");
    const xtape::Names names{"wx", "wh", "b", "v", "c", "x", "h0"};
    std::vector<A> inputs;
    for (std::size_t k = 0; k < names.size(); ++k)
        inputs.push_back(at(f, (k < 5 ? "parameter/" : "input/") + names[k]));
    const xtape::ManyToOne<double> loss = [&](const std::vector<V>& in) {
        V total = 0.0, h = in[6];
        for (std::size_t t = 0; t < T; ++t) {
            h = tanh(matmul(select(in[5], 0, std::ptrdiff_t(t)), in[0]) + matmul(h, in[1]) + in[2]);
            const std::int64_t* const of_step = labels.data() + t * B;
            total = total + at(f, "input/weights")(t) *
                                cross_entropy(matmul(h, in[3]) + in[4], xtape::Indices(of_step, of_step + B));
        }
        return total;
    };
    const xtape::nn::io::NpzGradients by_hand(file, "analytic/");
    const xtape::CompareReport report = compare_gradients(loss, by_hand, inputs, {.names = names});
    CHECK_MESSAGE(report, formatted(report, xtape::Format::text));
}
