// For git's textconv: an export as its canonical text, which does not move with counters, remarks or the order of
// objects. Git takes a status other than 0 for the end of everything, so what cannot be read is passed on as it is.
#include <fmt/format.h>

#include <exception>

#include "cli/policies.hpp"
#include "cli/read.hpp"
#include "fwproof/policy/text.hpp"

namespace fwproof::cli {

namespace {

constexpr std::string_view kAbout =
    R"(Prints an export as the text that git compares: every rule with its meaning, no counters, no remarks. What is no
export is printed as it is, and the exit status is 0.

  git config diff.fwproof.textconv 'fwproof textconv'
  echo '*.cfg diff=fwproof' >> .gitattributes

)";

}  // namespace

Result<int> run_textconv(const std::vector<std::string>& arguments, World& world) {
    const po::options_description options = reading_options();
    const auto parsed = parse_arguments("textconv", arguments, options);
    if (!parsed) return fail(parsed.error());
    if (parsed->help) {
        world.out << help_text("textconv", kAbout, options);
        return kClean;
    }
    if (parsed->positional.size() != 1) return fail("textconv takes one file", "git names it: diff.fwproof.textconv");
    const auto reading = read_reading_options(*parsed, world);
    if (!reading) return fail(reading.error());
    const auto source = read_text(parsed->positional[0], world);
    if (!source) return fail(source.error());
    std::string text;
    try {
        const auto policies = load_policies({parsed->positional[0], {*source}}, reading->load, reading->format);
        if (policies) {
            for (const auto& policy : *policies) text += print_policy(policy, {.labels = false});
            world.out << text;
            return kClean;
        }
    } catch (const std::exception&) {
        // An error of our own ends no 'git diff' either.
    }
    world.out << (*source)->bytes();
    return kClean;
}

}  // namespace fwproof::cli
