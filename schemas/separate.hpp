// Divides accepted data into what stays clear and what is sealed, along the nodes that have judged it.
#pragma once
#include <optional>
#include <string>

#include "core/json.hpp"
#include "schemas/judge.hpp"
#include "schemas/path.hpp"
#include "schemas/program.hpp"
#include "schemas/walk.hpp"

namespace trunkline::schemas {

class Separator {
 public:
  // `walk` has just accepted the data; `pointer` is a buffer.
  Separator(const Program& program, const Walk& walk, ContactSink& sink, Separated& out, std::string& pointer)
      : program_(&program),
        sink_(&sink),
        out_(&out),
        pointer_(&pointer),
        found_(&walk.found()),
        at_(walk.data_found()) {}

  Status divide(const Node& node, json::Object data);

 private:
  bool is_sealed(NodeId id, bool named, json::Value value) const;
  void divide_members(const Node& node, json::Object object);
  void divide_elements(const Node& node, json::Array array);
  void write_clear(const Node& node, json::Value value);
  void write_contact(Treatment treatment, std::string_view literal);
  void write_text(const Node& node, std::string_view text);
  void seal(json::Value value);
  const std::string& pointer();
  const Program* program_;
  ContactSink* sink_;
  Separated* out_;
  std::string* pointer_;
  Path path_;  // from `data`
  const std::vector<Found>* found_;
  std::size_t at_;  // in found_
  std::optional<Error> error_;
};

}  // namespace trunkline::schemas
