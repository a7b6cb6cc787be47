// SPDX-License-Identifier: BSD-3-Clause
#include "page.hpp"

#include <xtape/version.hpp>

#include "apps/text.hpp"

namespace xtape::apps {
namespace {

constexpr const char* style =
    "body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif; color: #222; "
    "background: #fff }\n"
    "img { max-width: 100%; height: auto }\n"
    "figure { margin: 1rem 0 3rem }\n"
    "th { text-align: left; font-weight: normal; padding-right: 2rem; color: #555; vertical-align: top }\n"
    "pre { background: #f4f4f4; padding: 0.5rem; white-space: pre-wrap }\n";

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return out;
}

std::string row(const char* name, const std::string& value) {
    return std::string("<tr><th>") + name + "</th><td>" + escaped(value) + "</td></tr>\n";
}

std::string numbers(const Run& run, const Evaluation& e) {
    const auto whole = [](std::size_t n) { return grouped(static_cast<double>(n)); };
    const Training& training = run.training;
    const Settings& s = training.settings;
    const Interval w = wilson(e.correct, e.total);
    return "<table>\n" +
           row("Read right",
               formatted("%.2f %% of %s %s images (%s; 95 %% interval %.2f to %.2f %%)", 100 * e.accuracy(),
                         whole(e.total).c_str(), tested_on(run), whole(e.correct).c_str(), 100 * w.low, 100 * w.high)) +
           row("Network", formatted("%s, %s, 10 %ss; %s parameters; ", scan_text(s, training.image_size()).c_str(),
                                    units_text(s, "hidden").c_str(), run.dataset().item.c_str(),
                                    whole(nn::count(training.model)).c_str()) +
                              network_text(s, training.image_size())) +
           row("Training",
               counted(s.epochs, "epoch") +
                   formatted(" of %s images in batches of %zu, %.1f s, %s images/s", whole(training.images()).c_str(),
                             s.batch, training.progress.seconds, grouped(run.images_per_second()).c_str())) +
           row("Settings", optimizer_text(s) + formatted(", lr %g, clip %g, seed %llu", s.lr, s.clip,
                                                         static_cast<unsigned long long>(s.seed))) +
           row("Made by", "mnist of xtape " XTAPE_VERSION) + "</table>\n";
}

std::string how_to_draw(const Path& folder, const std::string& trouble) {
    if (trouble.empty()) return "";
    return "<p><strong>The pictures are not there yet</strong>: gnuplot was to make them (" + escaped(trouble) +
           "). Install it (Debian: <code>apt-get install gnuplot-nox</code>), then run this and open the page "
           "again:</p>\n<pre>cd " +
           escaped(quoted(std::filesystem::absolute(folder).string())) +
           " &amp;&amp; for script in *.gp; do gnuplot -d \"$script\"; done</pre>\n";
}

std::string figure(const Picture& picture) {
    std::string out = "<h2>" + picture.heading + "</h2>\n<figure>\n<img src=\"" + picture.name + ".svg\" alt=\"" +
                      picture.heading + "\">\n<figcaption><p>" + escaped(picture.text) + "</p>\n<p>";
    for (const auto& [name, csv] : picture.data) out += "<a href=\"" + name + "\">" + name + "</a>, ";
    return out + "drawn by <a href=\"" + picture.name + ".gp\">" + picture.name +
           ".gp</a></p></figcaption>\n</figure>\n";
}

}  // namespace

std::string page(const Path& folder, const Run& run, const Evaluation& e, const std::vector<Picture>& pictures,
                 const std::string& trouble) {
    const std::string title = "A recurrent network learns " + run.dataset().title;
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title +
                      "</title>\n<style>\n" + style + "</style>\n</head>\n<body>\n<h1>" + title + "</h1>\n" +
                      numbers(run, e) + how_to_draw(folder, trouble);
    for (const Picture& picture : pictures) out += figure(picture);
    return out + "</body>\n</html>\n";
}

}  // namespace xtape::apps
