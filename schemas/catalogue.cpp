#include "schemas/catalogue.hpp"

#include <algorithm>
#include <charconv>

#include "schemas/bundle.hpp"
#include "schemas/compile.hpp"
#include "schemas/embedded.hpp"
#include "schemas/source.hpp"

namespace trunkline {
namespace {

using schemas::Document;
using schemas::Place;

constexpr std::string_view envelope_path = "envelope.v1.json";
constexpr std::string_view shared_folder = "shared/";
constexpr std::string_view examples_folder = "examples/";
constexpr std::string_view urn_prefix = "urn:trunkline:";

// "urn:trunkline:call.ended:1" → the type it is the schema of; its file must be "call/ended.v1.json".
Result<EventType> event_type_of(const schemas::Sources& sources, std::uint32_t index) {
  const Document& document = sources.document(index);
  const Place root{index, "", document.root};
  EventType type;
  type.dataschema = document.id;
  const auto colon = document.id.rfind(':');
  const auto dot = document.id.find('.');
  const auto version = document.id.substr(colon + 1);
  const bool is_urn = document.id.starts_with(urn_prefix) && dot != std::string::npos && dot < colon;
  const auto read = std::from_chars(version.data(), version.data() + version.size(), type.version);
  if (!is_urn || read.ec != std::errc{})
    return sources.fault(root, "$id must be like urn:trunkline:call.ended:1");
  type.name = document.id.substr(urn_prefix.size(), colon - urn_prefix.size());
  type.family = document.id.substr(urn_prefix.size(), dot - urn_prefix.size());
  const auto file = type.family + '/' + type.name.substr(type.family.size() + 1) + ".v" + version + ".json";
  if (file != document.path) return sources.fault(root, "$id belongs into the file " + file);
  type.title = document.root.as_object()->string("title").value_or("");
  type.schema_json = bundled(sources, index);
  return type;
}

}  // namespace

Catalogue::Catalogue() : program_(std::make_unique<schemas::Program>()) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Result<Catalogue> Catalogue::load() {
  return load(schemas::embedded_files());
}

Result<Catalogue> Catalogue::load(std::span<const SchemaFile> files) {
  schemas::Sources sources;
  for (const SchemaFile& file : files)
    if (!file.path.starts_with(examples_folder))
      if (auto added = sources.add(file); !added) return added.error();
  Catalogue catalogue;
  schemas::Compiler compiler(sources, *catalogue.program_);
  bool has_envelope = false;
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    const auto root = compiler.compile({i, "", sources.document(i).root});
    if (!root) return root.error();
    if (sources.document(i).path == envelope_path) {
      catalogue.envelope_root_ = *root;
      catalogue.envelope_json_ = bundled(sources, i);
      has_envelope = true;
    } else if (!sources.document(i).path.starts_with(shared_folder)) {
      auto type = event_type_of(sources, i);
      if (!type) return type.error();
      type->root = *root;
      catalogue.event_types_.push_back(std::move(type).value());
    }
  }
  if (!has_envelope) return must_stop("schema", "there is no " + std::string{envelope_path});
  catalogue.program_->documents = sources.take_parsers();
  catalogue.take_examples(files);
  catalogue.sort();
  return catalogue;
}

void Catalogue::take_examples(std::span<const SchemaFile> files) {
  for (EventType& type : event_types_) {
    const auto path =
        std::string{examples_folder} + type.name + ".v" + std::to_string(type.version) + ".json";
    const auto example = std::ranges::find(files, path, &SchemaFile::path);
    if (example != files.end()) type.example_json = example->text;
  }
}

void Catalogue::sort() {
  std::ranges::sort(event_types_, {},
                    [](const EventType& type) { return std::tie(type.name, type.version); });
  std::vector<std::string> names;
  std::vector<std::string> urns;
  for (std::size_t i = 0; i < event_types_.size(); ++i) {
    urns.push_back(event_types_[i].dataschema);
    if (i + 1 < event_types_.size() && event_types_[i + 1].name == event_types_[i].name) continue;
    names.push_back(event_types_[i].name);
    newest_.push_back(i);
  }
  names_ = std::make_unique<schemas::NameTable>(std::move(names));
  urns_ = std::make_unique<schemas::NameTable>(std::move(urns));
}

const EventType* Catalogue::newest(std::string_view type) const {
  const auto index = names_->find(type);
  return index == schemas::NameTable::absent ? nullptr : &event_types_[newest_[index]];
}

const EventType* Catalogue::by_dataschema(std::string_view urn) const {
  const auto index = urns_->find(urn);
  return index == schemas::NameTable::absent ? nullptr : &event_types_[index];
}

std::string Catalogue::listing_json() const {
  std::string text;
  json::Writer writer(text);
  writer.open('{').key("schemas").open('[');
  for (const EventType& type : event_types_) {
    writer.open('{').key("type").string(type.name).key("version").number(type.version);
    writer.key("title").string(type.title).key("dataschema").string(type.dataschema).close('}');
  }
  writer.close(']').close('}');
  return text;
}

}  // namespace trunkline
