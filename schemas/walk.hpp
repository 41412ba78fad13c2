// The judgement itself: one walk over the parsed data along the nodes of a program.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "schemas/judge.hpp"
#include "schemas/program.hpp"

namespace trunkline::schemas {

// Which of a node's names an object has.
class Seen {
 public:
  // True when it was there before.
  bool mark(std::uint32_t index) {
    auto& word = words_[index / 64];
    const std::uint64_t bit = std::uint64_t{1} << (index % 64);
    const bool twice = (word & bit) != 0;
    word |= bit;
    return twice;
  }
  bool has(std::uint32_t index) const { return (words_[index / 64] >> (index % 64) & 1) != 0; }

 private:
  std::array<std::uint64_t, names_max / 64> words_{};
};

// Where the walk is: names and indices from the root.
class Path {
 public:
  void enter(std::string_view name) { steps_.push_back({name, 0}); }
  void enter(std::size_t index) { steps_.push_back({{}, index}); }
  void leave() { steps_.pop_back(); }
  void clear() { steps_.clear(); }
  std::string pointer() const;

 private:
  struct Step {
    std::string_view name;  // no data: an index
    std::size_t index;
  };
  std::vector<Step> steps_;
};

enum class Mode : std::uint8_t {
  whole,   // the one walk that meets every value: also applies the rules outside the schemas
  branch,  // a schema besides, whose issues are reported
  quiet,   // only asks whether it holds
};

class Walk {
 public:
  explicit Walk(const Program& program) : program_(&program) {}

  // Forgets the issues of before.
  void begin(std::string_view schema);
  bool visit(NodeId id, json::Value value, Mode mode);

  // A whole event: where the envelope has the node `data`, the schema of the type judges. Without a type only
  // the rules outside the schemas do.
  bool visit_event(NodeId envelope, json::Value document, NodeId data, const EventType* type);
  // An issue of no schema, at this member of the root.
  void report_rule_at(std::string_view member, std::string message);

  const std::vector<Issue>& issues() const { return issues_; }

 private:
  bool visit_object(const Node& node, json::Object object, Mode mode);
  bool visit_array(const Node& node, json::Array array, Mode mode);
  bool visit_data(json::Value data);
  bool is_sane(json::Value value);
  bool has_what_is_required(const Node& node, const Seen& seen, Mode mode);
  void report_rule(std::string message);
  bool holds(const Check& check, json::Value value, const Node& node, Mode mode);
  bool holds_combination(const Check& check, json::Value value, Mode mode);
  bool holds_members(const Check& check, json::Value value, const Node& node, Mode mode);
  bool has_names(const Check& check, const Seen& seen) const;
  bool is_sane_text(std::string_view text);
  bool are_names_sane(std::size_t from);
  bool report(const Check& check, const Node& node, Mode mode);  // always false
  bool is_full() const { return issues_.size() >= issues_max; }

  const Program* program_;
  std::string_view schema_;
  NodeId data_node_ = no_node;
  const EventType* data_type_ = nullptr;
  Path path_;
  std::vector<std::string_view> names_;  // of the objects that the walk is in, as far as no schema knows them
  std::vector<Issue> issues_;
};

}  // namespace trunkline::schemas
