// Inventories gather many computers in one file. PSComputerName is what remoting adds; scripts write ComputerName.
#include <fmt/format.h>

#include <algorithm>

#include "vendor/windows/powershell.hpp"
#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

std::string computer_of(const Record& record) {
    for (const auto* name : {"pscomputername", "computername", "systemname"}) {
        if (auto value = first(record, name); !value.empty()) return value;
    }
    return {};
}

struct Computer {
    std::string name;  // as first written
    std::vector<Record> records;
};

}  // namespace

Result<std::vector<Export>> read_records(std::vector<Record> records, const Source& source, Export already) {
    std::vector<Computer> computers;  // in the order of the file
    std::vector<Record> nameless;
    for (auto& record : records) {
        std::string name = computer_of(record);
        if (name.empty()) {
            nameless.push_back(std::move(record));
            continue;
        }
        auto known = std::find_if(computers.begin(), computers.end(),
                                  [&](const Computer& computer) { return same_word(computer.name, name); });
        if (known == computers.end()) known = computers.insert(computers.end(), {std::move(name), {}});
        known->records.push_back(std::move(record));
    }
    if (computers.size() > 1 && !nameless.empty()) {
        Error error{fmt::format("{} name{} no computer, the others name {} of them",
                                nameless.size() == 1 ? "1 object" : fmt::format("{} objects", nameless.size()),
                                nameless.size() == 1 ? "s" : "", computers.size()),
                    "export PSComputerName with every object, or give each computer a file", nameless.front().span};
        error.file = source.name();
        return fail(std::move(error));
    }
    if (computers.empty()) computers.emplace_back();
    auto& one = computers.front().records;  // the only one, where there are nameless objects
    one.insert(one.end(), std::make_move_iterator(nameless.begin()), std::make_move_iterator(nameless.end()));
    std::vector<Export> exports;
    for (auto& computer : computers) {
        Export made = std::exchange(already, {});
        made.device = std::move(computer.name);
        if (read_computer(std::move(computer.records), made)) exports.push_back(std::move(made));
    }
    return exports;
}

}  // namespace fwproof::windows
