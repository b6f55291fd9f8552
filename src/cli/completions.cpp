// Completions for shells, made from what the commands themselves print as their help, so that they cannot differ from
// it.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cli/evidence.hpp"
#include "cli/options.hpp"
#include "fwproof/catalog/catalog.hpp"
#include "fwproof/check/check.hpp"

namespace fwproof::cli {

namespace {

struct OptionHelp {
    std::string name;   // without dashes
    std::string value;  // what stands for it in the help; empty: takes none
    std::string text;
};

struct CommandHelp {
    std::string name, summary;
    std::vector<OptionHelp> options;
};

// An option is a line "  --name VALUE   text" or "  -n [ --name ] VALUE   text"; lines indented further go on with the
// text.
std::vector<OptionHelp> read_options(const std::string& help) {
    std::vector<OptionHelp> options;
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t start = line.find_first_not_of(' ');
        if (start == std::string::npos || start < 2) continue;
        line.erase(line.find_last_not_of(' ') + 1);
        if (start > 8) {
            if (!options.empty()) options.back().text += " " + line.substr(start);
            continue;
        }
        const std::size_t dashes = line.find("--");
        if (line[start] != '-' || dashes == std::string::npos) continue;
        std::string_view rest = std::string_view(line).substr(dashes + 2);
        const auto word = [&] {
            const std::string found(rest.substr(0, rest.find(' ')));
            rest.remove_prefix(found.size());
            return found;
        };
        OptionHelp option;
        option.name = word();
        if (rest.starts_with(" ]")) rest.remove_prefix(2);
        // One blank before the value, and where that is long no more before the text.
        if (rest.size() > 1 && rest[1] != ' ') {
            rest.remove_prefix(1);
            option.value = word();
        }
        option.text = rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
        options.push_back(std::move(option));
    }
    return options;
}

std::vector<CommandHelp> read_commands(const World& world) {
    std::vector<CommandHelp> all;
    std::vector<OptionHelp> of_check;
    for (const auto& command : commands()) {
        std::istringstream in;
        std::ostringstream out, err;
        World asked{in, out, err, false, world.environment, world.now};
        CommandHelp help{std::string(command.name), std::string(command.summary), {}};
        if (command.run({"--help"}, asked)) help.options = read_options(out.str());
        if (help.name == "check") of_check = help.options;
        help.options.push_back({"help", "", "say what the command does, and its options"});
        all.push_back(std::move(help));
    }
    // Evidence passes on what check takes, but for where reports go.
    for (auto& command : all) {
        if (command.name != "evidence") continue;
        for (auto& option : of_check) {
            const bool refused =
                std::find(kNotInEvidence.begin(), kNotInEvidence.end(), "--" + option.name) != kNotInEvidence.end();
            if (!refused) command.options.push_back(std::move(option));
        }
    }
    return all;
}

template <class Items>
std::vector<std::string> names_of(const Items& items) {
    std::vector<std::string> names;
    for (const auto& item : items) names.emplace_back(item.name);
    return names;
}

std::vector<std::string> check_names() {
    std::vector<std::string> names;
    for (const Check* check : checks()) names.emplace_back(check->name);
    return names;
}

// The formats that the help of --format names; it names none where all reports are meant.
std::vector<std::string> formats_in(std::string_view text) {
    auto all = names_of(formats());
    all.emplace_back("mdoc");
    std::vector<std::string> named;
    for (std::size_t at = 0; at < text.size();) {
        const auto start = std::min(text.find_first_not_of(" ,():;", at), text.size());
        at = std::min(text.find_first_of(" ,():;", start), text.size());
        const std::string word(text.substr(start, at - start));
        const bool known = std::find(named.begin(), named.end(), word) != named.end();
        if (!known && std::find(all.begin(), all.end(), word) != all.end()) named.push_back(word);
    }
    return named.size() > 1 ? named : names_of(formats());
}

std::vector<std::string> catalog_ids() {
    std::vector<std::string> ids;
    for (const auto& catalog : shipped_catalogs()) ids.emplace_back(catalog.id);
    return ids;
}

// The values of options that take one of a few words; for every other one files are offered.
std::vector<std::string> values_of(std::string_view command, const OptionHelp& help) {
    const std::string& option = help.name;
    if (option == "format") return formats_in(help.text);
    if (option == "input-format") return names_of(vendors());
    if (option == "select" || option == "ignore") return check_names();
    if (option == "network-profile") return {"domain", "private", "public"};
    if (option == "phase") return {"install", "runtime", "maintenance"};
    if (option == "color") return {"auto", "always", "never"};
    if (option == "position") return {"host", "network"};
    if (option == "family") return {"IPv4", "IPv6"};
    if (option == "catalog") return catalog_ids();
    if (option == "as" && command == "show") return {"rules", "regions", "objects", "notes"};
    if (option == "fail-on") {
        std::vector<std::string> words = {"error", "warning", "note", "never"};
        if (command == "diff") words.insert(words.begin(), {"widened", "narrowed", "changed", "required-lost"});
        return words;
    }
    if (option == "standard") {
        std::vector<std::string> ids;
        for (const auto& standard : standards()) ids.emplace_back(standard.id);
        return ids;
    }
    return {};
}

// Behind the name of a command, and behind such a word.
std::vector<std::string> words_behind(std::string_view command) {
    if (command == "catalog") return {"list", "show", "validate"};
    if (command == "catalog show") return catalog_ids();
    if (command == "completions") return {"bash", "zsh", "fish"};
    if (command == "checks") return check_names();
    return {};
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::string option_words(const CommandHelp& command) {
    std::string words;
    for (const auto& option : command.options) words += fmt::format("{}--{}", words.empty() ? "" : " ", option.name);
    return words;
}

std::string bash(const std::vector<CommandHelp>& all) {
    std::string names, values, options, words;
    values += fmt::format("        catalog:show) words='{}' ;;\n", joined(words_behind("catalog show")));
    for (const auto& command : all) {
        names += (names.empty() ? "" : " ") + command.name;
        options += fmt::format("            {}) words='{}' ;;\n", command.name, option_words(command));
        if (const auto more = words_behind(command.name); !more.empty()) {
            words += fmt::format("            {}) words='{}' ;;\n", command.name, joined(more));
        }
        for (const auto& option : command.options) {
            if (const auto known = values_of(command.name, option); !option.value.empty() && !known.empty()) {
                values += fmt::format("        {}:--{}) words='{}' ;;\n", command.name, option.name, joined(known));
            }
        }
    }
    return fmt::format(R"(# Completion of fwproof for bash; made by 'fwproof completions bash'.
_fwproof() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command=${{COMP_WORDS[1]}} words=''
    if [[ $current == '=' ]]; then # bash takes --name=value for three words
        current=''
    elif [[ $previous == '=' ]]; then
        previous=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    if ((COMP_CWORD == 1)); then
        words='{} --help --version'
    else
        case $command:$previous in
{}        esac
        if [[ -z $words && $current == -* ]]; then
            case $command in
{}            esac
        elif [[ -z $words ]]; then
            case $command in
{}            esac
        fi
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o bashdefault -o default -F _fwproof fwproof
)",
                       names, values, options, words);
}

// Text inside single quotes, with what the shell's completion would take for punctuation behind a backslash.
std::string quoted(std::string_view text, std::string_view special, std::string_view quote) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'') {
            result += quote;
            continue;
        }
        if (special.find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result + "'";
}

std::string zsh_argument(std::string_view command, const OptionHelp& option) {
    const auto known = values_of(command, option);
    std::string spec = fmt::format("*--{}", option.name);
    std::string text, action;
    for (const char c : option.text) {
        if (c == '[' || c == ']' || c == '\\') text += '\\';
        text += c;
    }
    if (!option.value.empty()) {
        spec += '=';
        action = fmt::format(":value:{}", known.empty() ? "_files" : "(" + joined(known) + ")");
    }
    return quoted(fmt::format("{}[{}]{}", spec, text, action), "", R"('\'')");
}

std::string zsh(const std::vector<CommandHelp>& all) {
    std::string names, cases;
    for (const auto& command : all) {
        names +=
            fmt::format("        {}\n", quoted(fmt::format("{}:{}", command.name, command.summary), "", R"('\'')"));
        const auto words = words_behind(command.name);
        cases += fmt::format("        {})\n            _arguments -S", command.name);
        for (const auto& option : command.options)
            cases += fmt::format(" \\\n                {}", zsh_argument(command.name, option));
        const std::string first = words.empty() ? "_files" : "(" + joined(words) + ")";
        const auto more = words_behind(command.name + " show");
        // Of the words behind the name, the first, and what follows 'show'.
        if (!more.empty()) {
            cases += fmt::format(
                " \\\n                '1:argument:{}' '2:id or file:{{compadd {}; _files}}' '*:argument:_files'\n      "
                "      ;;\n",
                first, joined(more));
            continue;
        }
        cases += fmt::format(" \\\n                '*:argument:{}'\n            ;;\n", first);
    }
    return fmt::format(R"(#compdef fwproof
# Completion of fwproof for zsh; made by 'fwproof completions zsh'.
_fwproof() {{
    local -a names
    names=(
{}    )
    if ((CURRENT == 2)); then
        _describe command names
        _files
        return
    fi
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
{}    esac
}}
_fwproof "$@"
)",
                       names, cases);
}

std::string fish(const std::vector<CommandHelp>& all) {
    std::string text = "# Completion of fwproof for fish; made by 'fwproof completions fish'.\n";
    const auto quote = [](std::string_view words) { return quoted(words, "\\", R"(\')"); };
    for (const auto& command : all) {
        text += fmt::format("complete -c fwproof -n __fish_use_subcommand -a {} -d {}\n", command.name,
                            quote(command.summary));
    }
    for (const auto& command : all) {
        const std::string line = fmt::format("complete -c fwproof -n '__fish_seen_subcommand_from {}'", command.name);
        if (const auto words = words_behind(command.name); !words.empty()) {
            text += fmt::format("{} -a '{}'\n", line, joined(words));
        }
        if (const auto more = words_behind(command.name + " show"); !more.empty()) {
            text += fmt::format(
                "complete -c fwproof -n '__fish_seen_subcommand_from {}; and "
                "__fish_seen_subcommand_from show' -a '{}'\n",
                command.name, joined(more));
        }
        for (const auto& option : command.options) {
            const auto known = values_of(command.name, option);
            const std::string values = option.value.empty() ? ""
                                       : known.empty()      ? " -r"
                                                            : fmt::format(" -x -a '{}'", joined(known));
            text += fmt::format("{} -l {}{} -d {}\n", line, option.name, values, quote(option.text));
        }
    }
    return text;
}

}  // namespace

Result<int> run_completions(const std::vector<std::string>& arguments, World& world) {
    po::options_description options;
    const auto given = parse_arguments("completions", arguments, options);
    if (!given) return fail(given.error());
    if (given->help) {
        world.out << help_text(
            "completions",
            "Prints the completion of a shell's command line. Packages install it where the shell looks;\n"
            "by hand:\n\n"
            "  fwproof completions bash > ~/.local/share/bash-completion/completions/fwproof\n"
            "  fwproof completions zsh > ~/.zfunc/_fwproof           a directory in $fpath\n"
            "  fwproof completions fish > ~/.config/fish/completions/fwproof.fish\n",
            options);
        return kClean;
    }
    if (given->positional.size() != 1) return fail("name one shell", "bash, zsh or fish");
    const std::string& shell = given->positional.front();
    const auto all =
        shell == "bash" || shell == "zsh" || shell == "fish" ? read_commands(world) : std::vector<CommandHelp>();
    if (shell == "bash") {
        world.out << bash(all);
    } else if (shell == "zsh") {
        world.out << zsh(all);
    } else if (shell == "fish") {
        world.out << fish(all);
    } else {
        return fail(fmt::format("no completion for '{}'", shell), "bash, zsh or fish");
    }
    return kClean;
}

}  // namespace fwproof::cli
