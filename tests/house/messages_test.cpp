// Sentences of ours speak of passwords and keys: masking secrets must leave them whole. Every string of the source that
// could be said is read here.
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "fwproof/base/secrets.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

namespace fs = std::filesystem;
using namespace fwproof;

namespace {

// String literals of a file, those that follow each other joined.
std::vector<std::string> sentences_of(const std::string& text) {
    static const std::regex kLiteral(R"re("((?:[^"\\\n]|\\.)*)")re");
    std::vector<std::string> sentences;
    std::size_t last = std::string::npos;  // where the literal before ends
    for (std::sregex_iterator found(text.begin(), text.end(), kLiteral), end; found != end; ++found) {
        const auto at = static_cast<std::size_t>(found->position());
        const bool joined = last < at && text.find_first_not_of(" \n", last) == at;
        if (!joined) sentences.emplace_back();
        sentences.back() += (*found)[1].str();
        last = at + static_cast<std::size_t>(found->length());
    }
    return sentences;
}

bool speaks_of_secrets(const std::string& sentence) {
    static const std::regex kWords(
        "password|passwd|passphrase|key|secret|communit|token|enable|username|failover|crypto|psk", std::regex::icase);
    return sentence.find(' ') != std::string::npos && std::regex_search(sentence, kWords);
}

}  // namespace

TEST_CASE("no sentence of the program is masked, whatever names it says") {
    std::size_t seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(FWPROOF_ROOT) / "src")) {
        if (entry.path().extension() != ".cpp" || entry.path().filename() == "secrets.cpp") continue;
        for (const auto& sentence : sentences_of(read_whole(entry.path().string()))) {
            if (!speaks_of_secrets(sentence)) continue;
            ++seen;
            for (const std::string name : {"name", "S0meName4", "10.1.2.3"}) {
                std::string said = sentence;
                for (std::size_t at = 0; (at = said.find("{}", at)) != std::string::npos; at += name.size())
                    said.replace(at, 2, name);
                INFO(entry.path().string());
                // As notes say it of a statement, here one with a secret of its own.
                const Source source("x.cfg", "enable password Tops3cret\n");
                CHECK(mask_message(said, {&source, 0, 25}) == said);
                // Findings and help are shown as they are; what is quoted by way of mask_secrets must not hide them
                // either.
                CHECK(mask_secrets(said) == said);
            }
        }
    }
    CHECK(seen > 30);
}
