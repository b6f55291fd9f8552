#include "fwproof/base/result.hpp"

#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("an error shows its line, a caret and the cure") {
    const auto source =
        std::make_shared<const Source>("edge.cfg", "first\naccess-list OUT permit tcpp any any\nlast\n");
    const Error error{"unknown protocol 'tcpp'", "did you mean 'tcp'?", {source.get(), 29, 4}};
    CHECK(render(error) ==
          "edge.cfg:2:24: error: unknown protocol 'tcpp'\n"
          "    access-list OUT permit tcpp any any\n"
          "                           ^~~~\n"
          "hint: did you mean 'tcp'?\n");
    CHECK(render(Error{"no rules", "", {source.get(), 0, 5}}) ==
          "edge.cfg:1:1: error: no rules\n"
          "    first\n"
          "    ^~~~~\n");
}

TEST_CASE("excerpts stay in place and harmless") {
    struct Row {
        const char* text;
        std::uint32_t offset, length;
        const char* excerpt;
    };
    const Row rows[] = {
        {"abc", 0, 0, "> abc\n> ^\n"},
        {"abc", 3, 1, "> abc\n>    ^\n"},
        {"a\tbc", 2, 2, "> a bc\n>   ^~\n"},
        {"a\x1b[31mb", 6, 1, "> a?[31mb\n>       ^\n"},
        {"gr\xc3\xbc\xc3\x9f"
         "e x",
         8, 1,
         "> gr\xc3\xbc\xc3\x9f"
         "e x\n>       ^\n"},
        {"abc\ndef", 1, 99, "> abc\n>  ^~\n"},
        {"", 0, 1, "> \n> ^\n"},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const Source source("input", row.text);
        CHECK(render_excerpt({&source, row.offset, row.length}, "> ") == row.excerpt);
    }
    CHECK(render_excerpt({}, "> ").empty());
}

TEST_CASE("a long line is cut to a window around the span") {
    const Source source("input", std::string(200, 'a') + "HERE" + std::string(200, 'b'));
    CHECK(render_excerpt({&source, 200, 4}, "") ==
          "..." + std::string(40, 'a') + "HERE" + std::string(76, 'b') + "...\n" + std::string(43, ' ') + "^~~~\n");
    const Source tail("input", std::string(200, 'a') + "END");
    CHECK(render_excerpt({&tail, 200, 3}, "") ==
          "..." + std::string(117, 'a') + "END\n" + std::string(120, ' ') + "^~~\n");
}

TEST_CASE("a near word is suggested, a far one is not") {
    const std::vector<std::string> words = {"management-server", "gateway", "console"};
    CHECK(did_you_mean("managment-server", words) == "management-server");
    CHECK(did_you_mean("gatway", words) == "gateway");
    CHECK(did_you_mean("console", words) == "console");
    CHECK_FALSE(did_you_mean("database", words));
    CHECK_FALSE(did_you_mean("gateway", {}));
    CHECK_FALSE(did_you_mean(std::string(100, 'g'), words));
}
