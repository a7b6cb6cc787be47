// SPDX-License-Identifier: BSD-3-Clause
#include "pictures.hpp"

#include <cstdio>

#include "apps/output/files.hpp"
#include "page.hpp"

namespace xtape::apps {

std::string shown_step(const Settings& s) { return step_name(scans_of(s.scan)[0]); }

std::string shown_states(const Settings& s) {
    std::string cell;
    if (s.bidirectional) cell += " that reads forwards";
    if (s.layers > 1) cell += " of the last layer";
    if (s.scan == "both") cell += " of the network that reads rows";
    if (s.scan == "permuted") cell += " that reads the image's pixels out of order";
    return cell.empty() ? "" : " Drawn are the states of the cell" + cell + ".";
}

void write_pictures(const Path& folder, const Run& run, const Evaluation& e, const Digits& tested) {
    const Training& training = run.training;
    const std::vector<Picture> all{loss_picture(training),
                                   accuracy_picture(run, e),
                                   hidden_picture(run, e, tested),
                                   gradient_picture(training, tested),
                                   mistakes_picture(run.dataset(), e, tested),
                                   confusion_picture(run.dataset(), e)};
    std::filesystem::create_directories(folder);
    const std::string trouble = draw(folder, all);
    write_text(folder / "index.html", page(folder, run, e, all, trouble));
    if (!trouble.empty())
        std::fprintf(stderr, "mnist: no pictures: expected gnuplot to make them; found %s; see %s\n", trouble.c_str(),
                     (folder / "index.html").c_str());
}

}  // namespace xtape::apps
