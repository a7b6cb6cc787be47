// SPDX-License-Identifier: BSD-3-Clause
// Any bytes as a safetensors file: an Error, or tensors that cover it and whose header, written and read, is the same.
// The tests run it for some seconds; for longer, and keeping what it finds:
//   safetensors_fuzz -max_len=2048 -rss_limit_mb=512 -malloc_limit_mb=16 corpus tests/data
#include <xtape/nn/io/safetensors_header.hpp>

#include "memory_file.hpp"

using namespace xtape::nn::io;

namespace {

void check_same(const Safetensors& file) {
    std::vector<const Named*> order;
    std::size_t bytes = 0;
    for (const Named& named : file.tensors) {
        need(named.second.bytes.size() == bytes_of(named.second.dtype, named.second.shape));
        bytes += named.second.bytes.size();
        order.push_back(&named);
    }
    const Source source{"fuzz", "", {}};
    const Header header = parse_header(header_text(order, file.metadata, source), bytes, source);
    need(header.metadata == file.metadata && header.tensors.size() == file.tensors.size());
    for (const Entry& e : header.tensors) need(file.get(e.name, e.shape).dtype == e.dtype);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Safetensors file;
    try {
        file = read_safetensors(file_of(data, size));
    } catch (const xtape::Error&) {
        return 0;
    }
    check_same(file);  // an Error from here is a finding
    return 0;
}
