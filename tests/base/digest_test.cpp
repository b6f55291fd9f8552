#include "fwproof/base/digest.hpp"

#include "support/catch.hpp"

using namespace fwproof;

TEST_CASE("digests are what sha256sum prints") {
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("identifiers are version 5 UUIDs, the same for the same name") {
    // python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, "https://fwproof.invalid/abc"))'
    CHECK(uuid_of("abc") == "27fc0ffa-5072-5813-abdf-4c4ad1705081");
    CHECK(uuid_of("abd") != uuid_of("abc"));
}
