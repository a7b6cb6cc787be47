// SPDX-License-Identifier: BSD-3-Clause
#include "program.hpp"

using namespace program;

namespace {

const std::string compare = XTAPE_COMPARE_GRADIENTS;

}  // namespace

TEST_CASE("the engine's gradients are those derived by hand, for every parameter and input") {
    for (const char* flags : {"--hidden 16", "--hidden 16 --loss every", "--batch 1 --steps 1 --inputs 1 --hidden 1",
                              "--batch 3 --steps 50 --inputs 5 --hidden 7 --classes 2 --seed 9 --loss every"}) {
        const Outcome o = run(compare + " " + flags);
        CHECK_MESSAGE(o.code == 0, (o.out + o.err));
        for (const char* name : {"\nwx ", "\nwh ", "\nb ", "\nv ", "\nc ", "\nx ", "\nh0 "})
            CHECK_MESSAGE(has(o.out, name), name);
        CHECK(has(o.out, "engine / by hand"));
        CHECK(o.out.ends_with("All gradients are equal to 1e-12.\n"));
    }
}

TEST_CASE("a bad size or flag of compare_gradients is refused") {
    for (const char* flags : {"--batch 0", "--loss first", "--step 3"}) {
        const Outcome o = run(compare + " " + flags);
        CHECK(o.code == 2);
        CHECK(one_line(o.err));
    }
}
