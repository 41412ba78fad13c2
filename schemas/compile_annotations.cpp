// The keywords that judge nothing: those for people, and ours that say what becomes of a value.
#include <algorithm>

#include "schemas/compile.hpp"

namespace trunkline::schemas {
namespace {

constexpr std::string_view for_people[] = {"title",    "description", "default",
                                           "examples", "deprecated",  "$comment"};
constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";

constexpr std::pair<std::string_view, Treatment> contact_kinds[] = {{"phone", Treatment::phone},
                                                                    {"email", Treatment::email},
                                                                    {"visitor", Treatment::visitor},
                                                                    {"any", Treatment::any_contact}};

}  // namespace

bool Compiler::read_annotation(Draft& draft, const Place& place, const json::Member& keyword) {
  const auto& [name, value] = keyword;
  const Place at{place.document, step(place.pointer, name), value};
  if (std::ranges::find(for_people, name) != std::end(for_people)) return true;
  if (name == "$schema") {
    if (value.as_string() != dialect) fail(at, "only JSON Schema 2020-12 is supported");
  } else if (name == "$id" || name == "$anchor") {
    if (name == "$id" && !place.pointer.empty()) fail(at, "an $id below the root of a file is not supported");
  } else if (name == "x-personal") {
    if (value.as_boolean() != true) return fail(at, "may only be true"), true;
    draft.node.treatment = Treatment::personal;
  } else if (name == "x-stored-as") {
    return true;  // read where the object's members are named
  } else if (name == "x-contact") {
    read_contact(draft, place, value);
  } else if (name == "x-aliases") {
    read_spellings(draft, place, value);
  } else {
    return false;
  }
  return true;
}

void Compiler::read_contact(Draft& draft, const Place& place, json::Value value) {
  const Place at{place.document, step(place.pointer, "x-contact"), value};
  const auto kind = std::ranges::find(contact_kinds, value.as_string().value_or(""),
                                      [](const auto& entry) { return entry.first; });
  if (kind == std::end(contact_kinds)) return fail(at, "must be phone, email, visitor or any");
  if (place.value.as_object()->string("type") != "string")
    return fail(at, "stands beside \"type\": \"string\" only");
  if (draft.node.treatment == Treatment::clear) draft.node.treatment = kind->second;
}

void Compiler::read_spellings(Draft& draft, const Place& place, json::Value value) {
  const Place at{place.document, step(place.pointer, "x-aliases"), value};
  if (!value.as_object()) return fail(at, "must be an object of lists");
  if (draft.node.spellings >= 0) return fail(at, "stands twice for one value");
  const auto accepted = elements(place.value.as_object()->find("enum"));
  const auto is_accepted = [&](std::string_view text) {
    return accepted.empty() || std::ranges::find(accepted, text, &json::Value::as_string) != accepted.end();
  };
  std::vector<std::string> spellings;
  std::vector<std::string> first_forms;
  for (const json::Member member : *value.as_object()) {
    for (const json::Value spelling : elements(member.value)) {
      const auto text = spelling.as_string();
      const bool fresh =
          text && *text != member.name && std::ranges::find(spellings, *text) == spellings.end();
      if (!fresh || !is_accepted(*text) || !is_accepted(member.name))
        return fail(at, "a spelling is text, stands once, and is in the enum like its first form");
      spellings.emplace_back(*text);
      first_forms.emplace_back(member.name);
    }
  }
  draft.node.spellings = static_cast<std::int32_t>(program_->spellings.size());
  program_->spellings.push_back({NameTable{std::move(spellings)}, std::move(first_forms)});
}

}  // namespace trunkline::schemas
