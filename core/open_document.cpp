// Whole stored documents, opened: the second half of core/open.hpp.
#include <algorithm>

#include "core/open.hpp"

namespace trunkline {
namespace {

// Writes `data` with the literals for their tokens, and each opened field behind the members of its object.
class DataWriter {
 public:
  DataWriter(std::string& out, const Opened& opened)
      : writer_(out), opened_(opened), placed_(opened.fields.size()) {}

  void write_data(json::Object data) {
    writer_.open('{');
    write_members(data, true);
    write_what_is_left();
    writer_.close('}');
  }

 private:
  void write_value(json::Value value) {
    if (const auto text = value.as_string()) {
      const auto* literal = opened_.literal(*text);
      writer_.string(literal != nullptr ? *literal : *text);
    } else if (const auto object = value.as_object()) {
      writer_.open('{');
      write_members(*object, false);
      writer_.close('}');
    } else if (const auto array = value.as_array()) {
      writer_.open('[');
      std::size_t index = 0;
      for (const auto element : *array) below(std::to_string(index++), [&] { write_value(element); });
      writer_.close(']');
    } else {
      writer_.value(value);
    }
  }

  void write_members(json::Object object, bool is_data) {
    for (const auto [name, value] : object) {
      if (is_data && name == "personal") continue;
      writer_.key(name);
      below(name, [&, member = value] { write_value(member); });
    }
    for (std::size_t i = 0; i < opened_.fields.size(); ++i) {
      const std::string_view pointer = opened_.fields[i].name;
      const auto slash = pointer.rfind('/');
      if (slash == std::string_view::npos || pointer.substr(0, slash) != path_) continue;
      writer_.key(unescaped(pointer.substr(slash + 1))).raw(opened_.fields[i].value);
      placed_[i] = true;
    }
  }

  void write_what_is_left() {
    const bool all_placed = std::find(placed_.begin(), placed_.end(), false) == placed_.end();
    if (all_placed && opened_.redacted.empty()) return;
    writer_.key("personal").open('{');
    if (!opened_.redacted.empty()) {
      writer_.key("redacted").open('[');
      for (const auto& token : opened_.redacted) writer_.string(token.value());
      writer_.close(']');
    }
    if (!all_placed) {
      writer_.key("fields").open('{');
      for (std::size_t i = 0; i < placed_.size(); ++i)
        if (!placed_[i]) writer_.key(opened_.fields[i].name).raw(opened_.fields[i].value);
      writer_.close('}');
    }
    writer_.close('}');
  }

  template <class Write>
  void below(std::string_view name, Write write) {
    const auto size = path_.size();
    path_.push_back('/');
    for (const char c : name) {
      if (c == '~')
        path_.append("~0");
      else if (c == '/')
        path_.append("~1");
      else
        path_.push_back(c);
    }
    write();
    path_.resize(size);
  }

  static std::string unescaped(std::string_view segment) {
    std::string name;
    for (std::size_t i = 0; i < segment.size(); ++i) {
      const bool escaped = segment[i] == '~' && i + 1 < segment.size();
      name.push_back(!escaped ? segment[i] : segment[++i] == '1' ? '/' : '~');
    }
    return name;
  }

  json::Writer writer_;
  const Opened& opened_;
  std::vector<bool> placed_;
  std::string path_;
};

std::string padded(std::string_view document) {
  std::string copy;
  copy.reserve(document.size() + json::padding);
  copy.append(document);
  return copy;  // moved: a copy of it would have no room behind the text
}

std::string written_open(json::Object document, const Opened& opened) {
  std::string text;
  json::Writer writer(text);
  writer.open('{');
  for (const auto [name, value] : document) {
    const auto data = name == "data" ? value.as_object() : std::nullopt;
    if (!data) {
      writer.key(name).value(value);
      continue;
    }
    std::string opened_data;
    DataWriter(opened_data, opened).write_data(*data);
    writer.key(name).raw(opened_data);
  }
  writer.close('}');
  return text;
}

}  // namespace

Result<std::vector<std::string>> open_documents(KeyStore& store,
                                                std::span<const std::string_view> documents) {
  json::Parser parser;
  std::vector<SealedEvent> sealed;
  for (const auto document : documents) {
    const auto copy = padded(document);
    const auto event = view_event(parser, copy);
    if (!event) return event.error();
    sealed.push_back(sealed_part(*event));
  }
  const auto opened = open_all(store, sealed);
  if (!opened) return opened.error();
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto parsed = parser.parse(documents[i]);
    texts.push_back(written_open(parsed->as_object().value(), (*opened)[i]));
  }
  return texts;
}

Result<std::string> open_document(KeyStore& store, std::string_view document) {
  auto texts = open_documents(store, {&document, 1});
  if (!texts) return texts.error();
  return std::move(texts->front());
}

}  // namespace trunkline
