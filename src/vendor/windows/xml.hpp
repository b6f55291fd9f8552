// XML read from hostile files: no document type, no entities, names by namespace URI.
#pragma once

#include <pugixml.hpp>

#include <memory>
#include <string_view>

#include "fwproof/base/result.hpp"

namespace fwproof::windows {

class XmlDocument {
public:
    // Fails with a place for text that is not well formed, is cut, is nested too deeply to be walked by recursion, or
    // has a document type declaration.
    static Result<XmlDocument> parse(const SourceRef& source);

    pugi::xml_node root() const { return document_->document_element(); }
    // The element where a sibling follows it, else its start tag.
    SourceSpan span(const pugi::xml_node& node) const;
    // The text inside.
    SourceSpan text_span(const pugi::xml_node& node) const;

private:
    std::unique_ptr<pugi::xml_document> document_ = std::make_unique<pugi::xml_document>();
    SourceRef source_;
};

std::string_view local_name(const pugi::xml_node& node);
// The first child of that local name.
pugi::xml_node child_named(const pugi::xml_node& parent, std::string_view name);
// The URI that the node's prefix stands for; empty when there is none.
std::string_view namespace_uri(const pugi::xml_node& node);

// The start tag of the document's element, found without parsing the rest; empty when the text is no XML.
std::string_view root_start_tag(std::string_view text);

}  // namespace fwproof::windows
