#include "fwproof/base/nesting.hpp"

#include <string>

#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("JSON is as deep as its brackets outside of strings") {
    CHECK_FALSE(deeper_json(R"({"a": [[1], [2]], "b": {}})", 3));
    CHECK(deeper_json(R"({"a": [[1], [2]], "b": {}})", 2) == 7U);
    CHECK_FALSE(deeper_json(R"(["[[[[", "\"[[["])", 1));
    CHECK(deeper_json("[[[", 2) == 2U);
    CHECK_FALSE(deeper_json("]]]][", 1));
}

TEST_CASE("a key of TOML has parts wherever it stands") {
    CHECK_FALSE(longer_toml_key("[a.b.c]\na.b.c = 1\n", 3));
    CHECK(longer_toml_key("[a.b.c]", 2) == 4U);
    CHECK(longer_toml_key("a . b\t. c = 1", 2) == 6U);
    CHECK(longer_toml_key("x = {a.b.c = 1}", 2) == 8U);
    CHECK(longer_toml_key("\"a.b\".'c.d'.e = 1", 2) == 11U);
    CHECK_FALSE(longer_toml_key("a = '1.2.3' # 1.2.3\nb = \"1.\\\"2.3\"\nc = 1.5\nd = [1.5, 2.5, 3.5]\n", 2));
    CHECK_FALSE(longer_toml_key("a = \"\"\"\n1.2.3\n\"\"\"\nb = '''\n1.2.3\n'''\n", 2));
    CHECK(longer_toml_key("a = \"open 1.2.3\nb.c.d = 1", 2) == 19U);
    CHECK_FALSE(longer_toml_key("a = \"\"\"1.2.3", 2));
    CHECK_FALSE(longer_toml_key("# 1.2.3", 2));
    // A string of several lines may end in quotes of its own.
    CHECK(longer_toml_key("x = ['''a'''', {a.b.c = 1}]", 2) == 19U);
    CHECK(longer_toml_key("x = [\"\"\"a\"\"\"\"\", {a.b.c = 1}]", 2) == 20U);
    CHECK_FALSE(longer_toml_key("x = ['''a''''', '1.2.3']", 2));
}
