// Divides accepted data into what stays clear and what is sealed, along the nodes that have judged it.
#pragma once
#include <optional>
#include <string>

#include "core/json.hpp"
#include "schemas/judge.hpp"
#include "schemas/program.hpp"

namespace trunkline::schemas {

class Separator {
 public:
  // `pointer` is an empty buffer.
  Separator(const Program& program, ContactSink& sink, Separated& out, std::string& pointer)
      : program_(&program), sink_(&sink), out_(&out), pointer_(&pointer) {}

  Status divide(const Node& node, json::Object data);

 private:
  bool is_sealed(NodeId id, bool named, json::Value value) const;
  void divide_members(const Node& node, json::Object object);
  void divide_elements(const Node& node, json::Array array);
  void write_clear(const Node& node, json::Value value);
  void write_contact(Treatment treatment, std::string_view literal);
  void write_text(const Node& node, std::string_view text);
  void seal(json::Value value);
  void enter(std::string_view name);

  const Program* program_;
  ContactSink* sink_;
  Separated* out_;
  std::string* pointer_;  // of the value at hand, from `data`
  std::optional<Error> error_;
};

}  // namespace trunkline::schemas
