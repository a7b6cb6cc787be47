// SPDX-License-Identifier: BSD-3-Clause
#include <xtape/autodiff/compare_parts.hpp>

#include <algorithm>
#include <functional>

namespace xtape {
namespace {

using Group = std::vector<std::size_t>;

// Methods that hang together by pairs: each group in order, the groups in the order of their first method.
std::vector<Group> groups_of(const Group& methods, const std::vector<MethodPair>& pairs,
                             const std::function<bool(const MethodPair&)>& together) {
    std::vector<Group> groups;
    for (const std::size_t m : methods) {
        Group mine{m};
        for (auto group = groups.begin(); group != groups.end();) {
            const bool joins = std::any_of(pairs.begin(), pairs.end(), [&](const MethodPair& p) {
                return together(p) && p.second == m && std::find(group->begin(), group->end(), p.first) != group->end();
            });
            if (joins) mine.insert(mine.begin(), group->begin(), group->end());
            group = joins ? groups.erase(group) : group + 1;
        }
        std::sort(mine.begin(), mine.end());
        groups.push_back(mine);
    }
    std::sort(groups.begin(), groups.end());
    return groups;
}

std::string list(const Names& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i)
        out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return out;
}

struct Methods {
    const MethodsReport& report;
    const std::vector<Names>& rests_on;

    std::string named(const Group& group) const {
        Names names;
        for (const std::size_t m : group) names.push_back(report.methods[m]);
        return list(names);
    }
    // Groups that share nothing with each other: how many times a mistake would have to be made to be in all of them.
    std::vector<Group> independent(const Group& group) const {
        return groups_of(group, report.pairs, [](const MethodPair& p) { return !p.shared.empty(); });
    }
    // What all of a group rest on, but none of the others.
    Names suspects(const Group& group, const Group& others) const {
        Names out;
        const auto rests = [&](std::size_t m, const std::string& what) {
            return std::find(rests_on[m].begin(), rests_on[m].end(), what) != rests_on[m].end();
        };
        for (const std::string& what : rests_on[group[0]])
            if (std::all_of(group.begin(), group.end(), [&](std::size_t m) { return rests(m, what); }) &&
                std::none_of(others.begin(), others.end(), [&](std::size_t m) { return rests(m, what); }))
                out.push_back(what);
        return out;
    }
};

std::string agreement(const Methods& methods, const Group& all) {
    const std::vector<Group> apart = methods.independent(all);
    std::string out = "all agree: " + methods.named(all) + ". ";
    if (apart.size() > 1) {
        out += "A mistake would have to be made " + std::to_string(apart.size()) +
               " times over, for nothing is shared between ";
        for (std::size_t i = 0; i < apart.size(); ++i) out += (i ? " | " : "") + methods.named(apart[i]);
        return out;
    }
    const Names common = methods.suspects(all, {});
    return out + (common.empty() ? "Each shares something with another" : "All rest on " + list(common)) +
           ": a mistake there would not show";
}

std::string contradiction(const Methods& methods, const Group& wrong, const Group& right) {
    const Names suspects = methods.suspects(wrong, right);
    const std::string where =
        suspects.empty() ? methods.named(wrong) : list(suspects) + (wrong.size() > 1 ? ", which they share" : "");
    return methods.named(wrong) + (wrong.size() == 1 ? " stands alone against " : " agree, but not with ") +
           methods.named(right) + ", which come to it in " + std::to_string(methods.independent(right).size()) +
           " independent ways: look for the mistake in " + where;
}

// What a group rests on that no other does, or else the group.
std::string where(const Methods& methods, const std::vector<Group>& groups, std::size_t i) {
    Group others;
    for (std::size_t k = 0; k < groups.size(); ++k)
        if (k != i) others.insert(others.end(), groups[k].begin(), groups[k].end());
    const Names suspects = methods.suspects(groups[i], others);
    return suspects.empty() ? methods.named(groups[i]) : list(suspects);
}

std::string undecided(const Methods& methods, const std::vector<Group>& groups) {
    std::string sides, places;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        sides += (i ? " | " : "") + methods.named(groups[i]);
        places += (i ? " | " : "") + where(methods, groups, i);
    }
    return "the methods do not agree: " + sides + ". The mistake is in what one side rests on, " + places +
           ": a method that shares nothing with them would tell";
}

}  // namespace

std::string conclusion_of(const MethodsReport& report, const std::vector<Names>& rests_on) {
    const Methods methods{report, rests_on};
    Group all;
    for (std::size_t m = 0; m < report.methods.size(); ++m) all.push_back(m);
    if (report.passed) return agreement(methods, all);
    std::vector<Group> groups = groups_of(all, report.pairs, [](const MethodPair& p) { return p.agree; });
    const auto votes = [&](const Group& group) { return methods.independent(group).size(); };
    std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) { return votes(a) > votes(b); });
    if (groups.size() == 1)
        return "the methods do not agree, but no two groups stand apart: errors of some reach over the difference";
    if (votes(groups[0]) == votes(groups[1])) return undecided(methods, groups);
    std::string out;
    for (std::size_t i = 1; i < groups.size(); ++i)
        out += (i > 1 ? "; " : "") + contradiction(methods, groups[i], groups[0]);
    return out;
}

}  // namespace xtape
