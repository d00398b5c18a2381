#pragma once
#include <string>
#include <string_view>

namespace berth::wire {

/// Appends text with XML's special characters escaped. Control characters that XML 1.0 cannot hold become
/// U+FFFD, so that no value can make an answer unreadable.
void append_xml_text(std::string& out, std::string_view text);

/// Writes XML elements into a string.
///
/// Borrows:   the string, until the last call.
/// Invariant: the caller balances open and close; names need no escaping.
class XmlText {
 public:
  explicit XmlText(std::string& out) : out_(out) {}
  /// With an xmlns attribute unless `xml_namespace` is empty.
  void open(std::string_view name, std::string_view xml_namespace = {});
  void close(std::string_view name);
  void element(std::string_view name, std::string_view text);
  /// Text that is already XML.
  void raw(std::string_view xml) { out_ += xml; }

 private:
  std::string& out_;
};

}  // namespace berth::wire
