#include "vendor/windows/xml.hpp"

#include <fmt/format.h>

#include "vendor/windows/words.hpp"

namespace fwproof::windows {

namespace {

Error problem(const SourceRef& source, std::string message, std::string hint, std::size_t offset) {
    const auto at = static_cast<std::uint32_t>(std::min(offset, source->text().size()));
    Error error{std::move(message), std::move(hint), {source.get(), at, 1}};
    error.keep = source;
    return error;
}

constexpr std::string_view kExportAgain = "export the report again";
constexpr int kDeepest = 64;  // what Windows writes stays below 20; readers may recurse

// The first element that is nested too deeply. Walks without recursion.
pugi::xml_node find_depth(const pugi::xml_node& root) {
    pugi::xml_node at = root;
    for (int depth = 1; at;) {
        if (depth > kDeepest) return at;
        if (const auto child = at.first_child()) {
            at = child;
            ++depth;
            continue;
        }
        while (at && at != root && !at.next_sibling()) {
            at = at.parent();
            --depth;
        }
        at = at == root ? pugi::xml_node() : at.next_sibling();
    }
    return {};
}

// A comment inside a text leaves two texts beside each other, and readers take the first.
void join_texts(const pugi::xml_node& root) {
    const auto is_text = [](const pugi::xml_node& node) {
        return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
    };
    for (pugi::xml_node at = root; at;) {
        if (is_text(at) && is_text(at.next_sibling())) {
            std::string text = at.value();
            while (is_text(at.next_sibling())) {
                text += at.next_sibling().value();
                at.parent().remove_child(at.next_sibling());
            }
            at.set_value(text.c_str());
        }
        if (const auto child = at.first_child()) {
            at = child;
            continue;
        }
        while (at && at != root && !at.next_sibling()) at = at.parent();
        at = at == root ? pugi::xml_node() : at.next_sibling();
    }
}

}  // namespace

Result<XmlDocument> XmlDocument::parse(const SourceRef& source) {
    const std::string_view text = source->text();
    if (source->encoding_error()) {
        return fail(
            problem(source, *source->encoding_error(), std::string(kExportAgain), text.empty() ? 0 : text.size() - 1));
    }
    XmlDocument xml;
    xml.source_ = source;
    // The encoding is what the bytes say; the declaration is often wrong after a file was saved again.
    const auto result = xml.document_->load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_doctype,
                                                   pugi::encoding_utf8);
    for (const auto& child : xml.document_->children()) {
        if (child.type() == pugi::node_doctype) {
            const auto inside = static_cast<std::size_t>(std::max<std::ptrdiff_t>(child.offset_debug(), 0));
            const auto start = text.rfind('<', inside);
            return fail(problem(source, "XML with a document type declaration or entities is not read",
                                "Windows writes reports without one; remove it",
                                start == std::string_view::npos ? inside : start));
        }
    }
    if (!result) {
        const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0));
        const bool cut = offset + 1 >= text.size() || result.status == pugi::status_end_element_mismatch;
        return fail(problem(source, fmt::format("not well-formed XML: {}", lower_case(result.description())),
                            cut ? "the file looks cut; export the report again" : std::string(kExportAgain), offset));
    }
    if (!xml.root()) return fail(problem(source, "XML without an element", std::string(kExportAgain), 0));
    if (const auto deep = find_depth(xml.root())) {
        const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(deep.offset_debug() - 1, 0));
        return fail(problem(source, fmt::format("XML is nested deeper than {} levels", kDeepest),
                            "no firewall export is; " + std::string(kExportAgain), offset));
    }
    join_texts(xml.root());
    return xml;
}

SourceSpan XmlDocument::span(const pugi::xml_node& node) const {
    const auto start = node.offset_debug();
    if (start < 0) return {source_.get(), 0, 0};
    const std::string_view text = source_->text();
    const auto first = static_cast<std::size_t>(start);
    const auto next = node.next_sibling();
    std::size_t end = text.find('>', first);
    if (next && next.offset_debug() > start) end = text.rfind('>', static_cast<std::size_t>(next.offset_debug()));
    end = end == std::string_view::npos ? text.size() : end + 1;
    const std::size_t begin = first > 0 && text[first - 1] == '<' ? first - 1 : first;
    return {source_.get(), static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)};
}

SourceSpan XmlDocument::text_span(const pugi::xml_node& node) const {
    const auto child = node.first_child();
    if (!child || child.offset_debug() < 0) return span(node);
    const auto start = static_cast<std::size_t>(child.offset_debug());
    const std::size_t end = std::min(source_->text().find('<', start), source_->text().size());
    return {source_.get(), static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end - start)};
}

std::string_view local_name(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child_named(const pugi::xml_node& parent, std::string_view name) {
    for (const auto& node : parent.children()) {
        if (local_name(node) == name) return node;
    }
    return {};
}

std::string_view namespace_uri(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    const std::string declaration =
        colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
    int depth = 0;
    for (pugi::xml_node at = node; at && depth < 64; at = at.parent(), ++depth) {
        if (const auto attribute = at.attribute(declaration.c_str())) return attribute.value();
    }
    return {};
}

std::string_view root_start_tag(std::string_view text) {
    const auto skip_past = [&](std::string_view end) {
        const auto found = text.find(end);
        text.remove_prefix(found == std::string_view::npos ? text.size() : found + end.size());
    };
    while (true) {
        const auto start = text.find_first_not_of(" \t\r\n");
        if (start == std::string_view::npos || text[start] != '<') return {};
        text.remove_prefix(start);
        if (text.starts_with("<?")) {
            skip_past("?>");
        } else if (text.starts_with("<!--")) {
            skip_past("-->");
        } else if (starts_with_word(text, "<!DOCTYPE")) {
            const auto end = text.find_first_of("[>");
            const bool subset = end != std::string_view::npos && text[end] == '[';
            skip_past(subset ? "]" : ">");
            if (subset) skip_past(">");
        } else {
            return text.substr(0, std::min(text.find('>'), text.size()));
        }
    }
}

}  // namespace fwproof::windows
