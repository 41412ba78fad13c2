#include "schemas/judge.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "schemas/separate.hpp"
#include "schemas/walk.hpp"

namespace trunkline {
namespace {

using Slot = std::string_view Attributes::*;

constexpr std::array<std::pair<std::string_view, Slot>, 11> text_attributes = {{
    {"id", &Attributes::id},
    {"source", &Attributes::source},
    {"type", &Attributes::type},
    {"subject", &Attributes::subject},
    {"time", &Attributes::time_text},
    {"dataschema", &Attributes::dataschema},
    {"datacontenttype", &Attributes::datacontenttype},
    {"tenantid", &Attributes::tenantid},
    {"correlationid", &Attributes::correlationid},
    {"causationid", &Attributes::causationid},
    {"actor", &Attributes::actor},
}};
constexpr std::string_view envelope_schema = "urn:trunkline:envelope:1";

}  // namespace

Judge::Judge(const Catalogue& catalogue)
    : catalogue_(&catalogue), walk_(std::make_unique<schemas::Walk>(catalogue.program())) {
  const auto& names = catalogue.program().nodes[catalogue.envelope_root()]->names;
  data_slot_ = names.find("data");
  for (const std::string& name : names.names()) {
    const auto* found =
        std::ranges::find(text_attributes, name, [](const auto& entry) { return entry.first; });
    slots_.push_back(found == text_attributes.end() ? nullptr : found->second);
  }
}

Judge::~Judge() = default;

const std::vector<Issue>& Judge::issues() const {
  return walk_->issues();
}

void Judge::read_attributes(json::Object event) {
  const auto& names = catalogue_->program().nodes[catalogue_->envelope_root()]->names;
  for (const json::Member member : event) {
    const std::uint32_t index = names.find_parsed(member.name);
    indices_.push_back(index);
    if (index == schemas::NameTable::absent) continue;
    if (index == data_slot_)
      data_ = member.value.as_object().value_or(json::Object{});
    else if (slots_[index] != nullptr)
      attributes_.*slots_[index] = member.value.as_string().value_or("");
    else if (member.name == "history")
      attributes_.history = member.value.as_boolean().value_or(false);
  }
}

// Reports what is wrong with the type's name; an absent one is the envelope's business.
const EventType* Judge::type_of(const Attributes& attributes) {
  if (attributes.type.empty()) return nullptr;
  const EventType* newest = catalogue_->newest(attributes.type);
  if (newest == nullptr) {
    walk_->report_rule_at("type", "is no event type known here: GET /v1/schemas lists them");
    return nullptr;
  }
  if (attributes.dataschema.empty()) return newest;
  const EventType* named = catalogue_->by_dataschema(attributes.dataschema);
  if (named != nullptr && named->name == attributes.type) return named;
  walk_->report_rule_at("dataschema", "must name a schema of this type, such as " + newest->dataschema +
                                          "; left out, it is the newest");
  return nullptr;
}

bool Judge::accepts(json::Value document) {
  walk_->begin(envelope_schema);
  attributes_ = {};
  data_ = {};
  indices_.clear();
  if (const auto event = document.as_object()) read_attributes(*event);
  type_ = type_of(attributes_);
  const bool good = walk_->visit_event(catalogue_->envelope_root(), document, indices_, data_slot_, type_);
  if (!good || type_ == nullptr) return false;
  attributes_.time = *parse_time(attributes_.time_text);
  return true;
}

bool Judge::accepts_data(const EventType& type, json::Value data) {
  walk_->begin(type.dataschema);
  attributes_ = {};
  type_ = &type;
  data_ = data.as_object().value_or(json::Object{});
  return walk_->visit(type.root, data, schemas::Mode::whole);
}

Status Judge::separate(ContactSink& sink, Separated& out) {
  out.clear.clear();
  out.personal.clear();
  schemas::Separator separator(catalogue_->program(), *walk_, sink, out, pointer_);
  return separator.divide(*catalogue_->program().nodes[type_->root], data_);
}

}  // namespace trunkline
