// Export-Clixml ([MS-PSRP] 2.2.5) of rule, filter and profile objects. Properties stand in Props, some in MS; arrays
// are objects with a list, enumerations objects with a number.
#include "vendor/windows/carrier.hpp"
#include "vendor/windows/powershell.hpp"
#include "vendor/windows/words.hpp"
#include "vendor/windows/xml.hpp"

#include <unordered_map>

namespace fwproof::windows {

namespace {

// "_x000A_" stands for one UTF-16 unit.
std::string unescaped(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned unit = 0;
        if (text.substr(i, 2) == "_x" && i + 6 < text.size() && text[i + 6] == '_') {
            const auto* first = text.data() + i + 2;
            const auto [end, error] = std::from_chars(first, first + 4, unit, 16);
            if (error == std::errc() && end == first + 4 && unit < 0x80) {
                result += static_cast<char>(unit);
                i += 6;
                continue;
            }
        }
        result += text[i];
    }
    return result;
}

class ObjectReader {
public:
    explicit ObjectReader(const XmlDocument& xml) : xml_(xml) {}

    std::vector<Record> run() {
        collect(xml_.root());
        return std::move(records_);
    }

private:
    void collect(const pugi::xml_node& parent) {
        for (const auto& node : parent.children()) {
            if (local_name(node) != "Obj") continue;
            remember(node);
            if (const auto list = node.child("LST")) collect(list);
            if (const auto list = node.child("IE")) collect(list);
            Record record;
            record.span = xml_.span(node);
            read(node.child("Props"), record);
            read(node.child("MS"), record);
            for (const auto& entry : node.child("DCT").children()) read_entry(entry, record);
            const bool rule = record.find("direction") && record.find("action") && record.find("enabled");
            if (rule || record.find("instanceid") || is_profile(record)) {
                records_.push_back(std::move(record));
                continue;
            }
            // Rules and profiles in a hash table or an object made for them.
            for (const auto& entry : node.child("DCT").children()) collect(entry);
            collect(node.child("Props"));
            collect(node.child("MS"));
        }
    }

    // Of a hash table: <En><S N="Key">Name</S><S N="Value">web</S></En>.
    void read_entry(const pugi::xml_node& entry, Record& record) {
        pugi::xml_node key, value;
        for (const auto& node : entry.children()) {
            const std::string_view role = node.attribute("N").value();
            if (role == "Key") key = node;
            if (role == "Value") value = node;
        }
        if (key && value) record.add(property_name(unescaped(key.text().get())), property(value));
    }

    void remember(const pugi::xml_node& node) {
        if (const auto id = node.attribute("RefId")) seen_.try_emplace(id.value(), node);
    }

    void read(const pugi::xml_node& properties, Record& record) {
        for (const auto& node : properties.children()) {
            const auto name = node.attribute("N");
            if (!name || starts_with_word(name.value(), "__")) continue;
            record.add(property_name(unescaped(name.value())), property(node));
        }
    }

    Property property(pugi::xml_node node) {
        Property result;
        if (local_name(node) == "Ref") {
            const auto found = seen_.find(node.attribute("RefId").value());
            if (found == seen_.end()) {
                result.null = true;
                return result;
            }
            node = found->second;
        }
        if (local_name(node) == "Nil") {
            result.null = true;
        } else if (local_name(node) == "Obj") {
            remember(node);
            read_object(node, result);
        } else {
            result.values.push_back(unescaped(node.text().get()));
        }
        return result;
    }

    static void read_object(const pugi::xml_node& node, Property& result) {
        if (const auto list = node.child("LST")) {
            for (const auto& element : list.children()) result.values.push_back(unescaped(element.text().get()));
        } else {
            result.values.push_back(unescaped(node.child("ToString").text().get()));
        }
    }

    const XmlDocument& xml_;
    std::unordered_map<std::string, pugi::xml_node> seen_;
    std::vector<Record> records_;
};

}  // namespace

Result<std::vector<Export>> read_powershell_clixml(const SourceRef& source) {
    const auto xml = XmlDocument::parse(source);
    if (!xml) return fail(xml.error());
    auto exports = read_records(ObjectReader(*xml).run(), *source);
    if (exports && exports->empty()) {
        return fail(no_policy(*source, "CLIXML file", "export Get-NetFirewallRule with its filter objects"));
    }
    return exports;
}

}  // namespace fwproof::windows
