// Any bytes as each of the files that users write in TOML.
#include "fwproof/catalog/catalog.hpp"
#include "fwproof/catalog/site.hpp"

namespace {

template <class T>
void expect_errors(const fwproof::Loaded<T>& loaded) {
    if (loaded) return;
    if (loaded.error().empty()) std::abort();
    for (const auto& error : loaded.error()) (void)fwproof::render(error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace fwproof;
    const auto source = std::make_shared<const Source>("input.toml", std::string(data, data + size));
    expect_errors(load_catalog(source));
    expect_errors(load_site(source));
    expect_errors(load_project(source));
    return 0;
}
