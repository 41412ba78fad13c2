#include "schemas/bundle.hpp"

#include <algorithm>

namespace trunkline::schemas {
namespace {

void collect(const Sources& sources, json::Value value, std::vector<std::uint32_t>& into) {
  for (const json::Value element : elements(value)) collect(sources, element, into);
  const auto object = value.as_object();
  if (!object) return;
  for (const json::Member member : *object) {
    collect(sources, member.value, into);
    const auto reference = member.name == "$ref" ? member.value.as_string() : std::nullopt;
    if (!reference || reference->starts_with('#')) continue;
    const auto id = reference->substr(0, reference->find('#'));
    for (std::uint32_t i = 0; i < sources.size(); ++i) {
      if (sources.document(i).id != id || std::ranges::find(into, i) != into.end()) continue;
      into.push_back(i);
      collect(sources, sources.document(i).root, into);
    }
  }
}

}  // namespace

std::string bundled(const Sources& sources, std::uint32_t document) {
  const json::Value root = sources.document(document).root;
  std::vector<std::uint32_t> others;
  collect(sources, root, others);
  std::erase(others, document);
  std::string text;
  json::Writer writer(text);
  if (others.empty() || !root.as_object()) return writer.value(root), text;
  writer.open('{');
  for (const json::Member member : *root.as_object())
    if (member.name != "$defs") writer.key(member.name).value(member.value);
  writer.key("$defs").open('{');
  if (const auto own = root.as_object()->object("$defs"))
    for (const json::Member member : *own) writer.key(member.name).value(member.value);
  for (const std::uint32_t other : others)
    writer.key(sources.document(other).id).value(sources.document(other).root);
  writer.close('}').close('}');
  return text;
}

}  // namespace trunkline::schemas
