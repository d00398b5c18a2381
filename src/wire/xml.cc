#include "wire/xml.h"

namespace berth::wire {

void append_xml_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#xD;";
        break;  // A reader would turn it into a line feed.
      case '\n':
      case '\t':
        out += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out += "\xEF\xBF\xBD";
        else
          out += c;
    }
  }
}

void XmlText::open(std::string_view name, std::string_view xml_namespace) {
  out_.append(1, '<').append(name);
  if (!xml_namespace.empty()) {
    out_ += " xmlns=\"";
    append_xml_text(out_, xml_namespace);
    out_ += '"';
  }
  out_ += '>';
}

void XmlText::close(std::string_view name) {
  out_.append("</").append(name).append(1, '>');
}

void XmlText::element(std::string_view name, std::string_view text) {
  open(name);
  append_xml_text(out_, text);
  close(name);
}

}  // namespace berth::wire
