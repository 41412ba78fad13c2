#include "schemas/source.hpp"

#include <algorithm>
#include <charconv>

namespace trunkline::schemas {
namespace {

std::string unescaped(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      name.push_back(token[++i] == '1' ? '/' : '~');
    } else if (token[i] == '%' && i + 2 < token.size()) {
      unsigned byte = 0;
      std::from_chars(token.data() + i + 1, token.data() + i + 3, byte, 16);
      name.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      name.push_back(token[i]);
    }
  }
  return name;
}

std::optional<json::Value> child(json::Value parent, const std::string& name) {
  if (const auto object = parent.as_object()) return object->find(name);
  const auto array = parent.as_array();
  std::size_t index = 0;
  if (!array || std::from_chars(name.data(), name.data() + name.size(), index).ec != std::errc{})
    return std::nullopt;
  for (const json::Value element : *array)
    if (index-- == 0) return element;
  return std::nullopt;
}

// The pointer of the schema that calls itself by this $anchor.
std::optional<std::pair<std::string, json::Value>> anchored(json::Value at, const std::string& pointer,
                                                            std::string_view anchor) {
  if (const auto object = at.as_object()) {
    if (object->string("$anchor") == anchor) return std::pair{pointer, at};
    for (const json::Member member : *object)
      if (member.name != "enum" && member.name != "const")
        if (auto found = anchored(member.value, step(pointer, member.name), anchor)) return found;
  } else if (const auto array = at.as_array()) {
    std::size_t index = 0;
    for (const json::Value element : *array)
      if (auto found = anchored(element, step(pointer, index++), anchor)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::string step(std::string_view pointer, std::string_view name) {
  std::string result{pointer};
  result.push_back('/');
  for (const char c : name) {
    if (c == '~')
      result.append("~0");
    else if (c == '/')
      result.append("~1");
    else
      result.push_back(c);
  }
  return result;
}

std::string step(std::string_view pointer, std::size_t index) {
  return std::string{pointer} + '/' + std::to_string(index);
}

std::vector<json::Value> elements(std::optional<json::Value> list) {
  std::vector<json::Value> found;
  if (const auto array = list ? list->as_array() : std::nullopt)
    for (const json::Value element : *array) found.push_back(element);
  return found;
}

Error Sources::fault(const Place& at, std::string_view what) const {
  return must_stop("schema", documents_[at.document].path + "#" + at.pointer + ": " + std::string{what});
}

Status Sources::add(const SchemaFile& file) {
  auto parser = std::make_unique<json::Parser>();
  const auto root = parser->parse(file.text);
  if (!root) return must_stop("schema", std::string{file.path} + ": " + root.error().message);
  const auto object = root->as_object();
  const auto id = object ? object->string("$id") : std::nullopt;
  documents_.push_back({std::string{file.path}, std::string{id.value_or(file.path)}, *root});
  parsers_.push_back(std::move(parser));
  return done();
}

Result<Place> Sources::resolve(const Place& from, std::string_view reference) const {
  const auto hash = reference.find('#');
  const auto id = reference.substr(0, hash);
  auto fragment = hash == std::string_view::npos ? std::string_view{} : reference.substr(hash + 1);
  std::uint32_t target = from.document;
  if (!id.empty()) {
    const auto found = std::ranges::find(documents_, id, &Document::id);
    if (found == documents_.end()) return fault(from, "refers to an unknown schema: " + std::string{id});
    target = static_cast<std::uint32_t>(found - documents_.begin());
  }
  Place at{target, "", documents_[target].root};
  if (!fragment.empty() && fragment[0] != '/') {
    auto named = anchored(at.value, "", fragment);
    if (!named) return fault(from, "refers to an unknown anchor: " + std::string{reference});
    return Place{target, std::move(named->first), named->second};
  }
  while (!fragment.empty()) {
    const auto name = unescaped(fragment.substr(1, fragment.find('/', 1) - 1));
    const auto value = child(at.value, name);
    if (!value) return fault(from, "refers to nowhere: " + std::string{reference});
    at.pointer = step(at.pointer, name);
    at.value = *value;
    fragment.remove_prefix(std::min(fragment.find('/', 1), fragment.size()));
  }
  return at;
}

}  // namespace trunkline::schemas
