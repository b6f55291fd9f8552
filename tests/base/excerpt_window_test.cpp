#include <algorithm>

#include "fwproof/base/result.hpp"
#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("the window of a long line stays inside the line whatever its bytes are") {
    const Source continuation_bytes("input", std::string(400, '\x8d'));
    const Source ascii("input", std::string(400, 'a'));
    for (const Source* source : {&continuation_bytes, &ascii}) {
        for (std::uint32_t offset = 0; offset <= 400; ++offset) {
            const std::string text = render_excerpt({source, offset, 5}, "  ");
            CHECK(std::count(text.begin(), text.end(), '\n') == 2);
            CHECK(text.find('^') != std::string::npos);
        }
    }
}

TEST_CASE("the caret stands under the place in a long line") {
    std::string line(300, 'a');
    line[290] = 'X';
    const Source source("input", line);
    const std::string text = render_excerpt({&source, 290, 1}, "");
    const auto mark = text.find('^') - text.find('\n') - 1;
    CHECK(text[mark] == 'X');
}
