// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

// Digits drawn as a pen does: round strokes along lines.
namespace drawing {

struct Point {
    double x, y;
};
using Line = std::vector<Point>;

inline double distance(const Point& p, const Point& a, const Point& b) {  // from p to the stretch from a to b
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    const double t = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
    return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

// How much of each pixel is covered, from 0 to 1, with smooth edges
inline std::vector<double> draw(const std::vector<Line>& lines, std::size_t columns, std::size_t rows, double pen) {
    std::vector<double> covered(rows * columns);
    const auto draw_part = [&](const Point& a, const Point& b) {
        const auto [left, right] = std::minmax(a.x, b.x);
        const auto [top, bottom] = std::minmax(a.y, b.y);
        for (auto i = std::size_t(std::max(0.0, top - pen)); i < rows && double(i) < bottom + pen; ++i)
            for (auto j = std::size_t(std::max(0.0, left - pen)); j < columns && double(j) < right + pen; ++j) {
                const double far = distance({double(j) + 0.5, double(i) + 0.5}, a, b);
                double& pixel = covered[i * columns + j];
                pixel = std::max(pixel, std::clamp(pen / 2 - far + 0.5, 0.0, 1.0));
            }
    };
    for (const Line& line : lines)
        for (std::size_t k = 1; k < line.size(); ++k) draw_part(line[k - 1], line[k]);
    return covered;
}

inline std::vector<std::uint8_t> inked(const std::vector<double>& covered, double ground, double ink) {
    std::vector<std::uint8_t> pixels;
    for (const double c : covered) pixels.push_back(std::uint8_t(std::lround(ground + c * (ink - ground))));
    return pixels;
}

// An arc of an ellipse, from one angle to another: 0 is right, a quarter turn (90) down
inline Line arc(const Point& centre, double width, double height, double from, double to) {
    Line line;
    for (int i = 0; i <= 32; ++i) {
        const double angle = (from + (to - from) * i / 32) * 3.14159265358979 / 180;
        line.push_back({centre.x + width / 2 * std::cos(angle), centre.y + height / 2 * std::sin(angle)});
    }
    return line;
}

// How a child is taught to write them, in 100 x 140
inline std::vector<Line> digit(int which) {
    switch (which) {
        case 0:
            return {arc({50, 70}, 70, 120, 0, 360)};
        case 1:
            return {{{52, 10}, {48, 130}}};
        case 2:
            return {arc({50, 42}, 66, 64, 200, 390), {{78, 58}, {16, 128}, {86, 128}}};
        case 3:
            return {arc({46, 40}, 66, 60, 200, 450), arc({46, 99}, 74, 60, 270, 520)};
        case 4:
            return {{{34, 10}, {18, 76}, {84, 76}}, {{66, 40}, {60, 132}}};
        case 5:
            return {{{84, 12}, {34, 12}, {28, 62}}, arc({48, 92}, 72, 74, 240, 500)};
        case 6:
            return {{{64, 10}, {34, 50}, {20, 94}}, arc({50, 97}, 60, 66, 0, 360)};
        case 7:
            return {{{14, 14}, {84, 14}, {42, 130}}};
        case 8:
            return {arc({50, 40}, 52, 58, 0, 360), arc({50, 99}, 64, 60, 0, 360)};
        default:
            return {arc({50, 42}, 60, 60, 0, 360), {{80, 42}, {72, 130}}};
    }
}

}  // namespace drawing
