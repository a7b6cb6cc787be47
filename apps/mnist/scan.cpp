// SPDX-License-Identifier: BSD-3-Clause
#include "scan.hpp"

#include <algorithm>
#include <map>

#include "apps/data/samples.hpp"

namespace xtape::apps {
namespace {

constexpr std::uint64_t order_seed = 1;  // of epoch_order, which is the same everywhere

Array<float> transposed(const Array<float>& rows) {
    const std::size_t r = rows.shape()[0], batch = rows.shape()[1], c = rows.shape()[2];
    Array<float> columns = Array<float>::from_shape({c, batch, r});
    for (std::size_t i = 0; i < r; ++i)
        for (std::size_t n = 0; n < batch; ++n)
            for (std::size_t j = 0; j < c; ++j) columns(j, n, i) = rows(i, n, j);
    return columns;
}

// The mean of the pixels of a block that there are: at the edge of odd images it is a part of one.
float block_mean(const Array<float>& rows, std::size_t n, std::size_t top, std::size_t left) {
    const std::size_t bottom = std::min(top + 2, rows.shape()[0]), right = std::min(left + 2, rows.shape()[2]);
    float sum = 0;
    for (std::size_t i = top; i < bottom; ++i)
        for (std::size_t j = left; j < right; ++j) sum += rows(i, n, j);
    return sum / static_cast<float>((bottom - top) * (right - left));
}

// The mean of block order[t] at step t.
Array<float> means(const Array<float>& rows, const std::vector<std::uint32_t>& order) {
    const std::size_t batch = rows.shape()[1], across = (rows.shape()[2] + 1) / 2;
    Array<float> pixels = Array<float>::from_shape({order.size(), batch, 1});
    for (std::size_t t = 0; t < order.size(); ++t)
        for (std::size_t n = 0; n < batch; ++n)
            pixels(t, n, 0) = block_mean(rows, n, 2 * (order[t] / across), 2 * (order[t] % across));
    return pixels;
}

}  // namespace

const std::vector<std::string>& scans_of(const std::string& scan) {
    static const std::map<std::string, std::vector<std::string>> all{{"rows", {"rows"}},
                                                                     {"columns", {"columns"}},
                                                                     {"both", {"rows", "columns"}},
                                                                     {"pixels", {"pixels"}},
                                                                     {"permuted", {"permuted"}}};
    return all.at(scan);
}

Steps steps_of(const std::string& scan, std::size_t rows, std::size_t columns) {
    if (scan == "rows") return {rows, columns};
    if (scan == "columns") return {columns, rows};
    return {((rows + 1) / 2) * ((columns + 1) / 2), 1};
}

Array<float> scanned(const Array<float>& rows, const std::string& scan) {
    if (scan == "rows") return rows;
    if (scan == "columns") return transposed(rows);
    const std::size_t n = steps_of(scan, rows.shape()[0], rows.shape()[2]).count;
    std::vector<std::uint32_t> order = epoch_order(n, order_seed, 0);
    if (scan == "pixels") std::ranges::sort(order);
    return means(rows, order);
}

std::string step_name(const std::string& scan) {
    if (scan == "both") return "step";
    return scan == "permuted" ? "pixel" : scan.substr(0, scan.size() - 1);
}

}  // namespace xtape::apps
