// The judgement itself: one walk over the parsed data along the nodes of a program.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "schemas/judge.hpp"
#include "schemas/path.hpp"
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

enum class Mode : std::uint8_t {
  whole,   // the one walk that meets every value: also applies the rules outside the schemas
  branch,  // a schema besides, whose issues are reported
  quiet,   // only asks whether it holds
};

// What the walk found at a member, or at a compound element of a list: for whoever goes the same way again.
struct Found {
  std::uint32_t index;  // in the node's names; NameTable::absent: unknown there
  std::uint32_t next;   // behind everything found below it
};

class Walk {
 public:
  explicit Walk(const Program& program) : program_(&program) {}

  // Forgets what was before.
  void begin(std::string_view schema);
  bool visit(NodeId id, json::Value value, Mode mode);

  // A whole event: its members' places in the envelope's names are known already. Where they say `data`, the
  // schema of the type judges; without a type only the rules outside the schemas do.
  bool visit_event(NodeId envelope, json::Value document, const std::vector<std::uint32_t>& indices,
                   std::uint32_t data_index, const EventType* type);
  // An issue of no schema, at this member of the root.
  void report_rule_at(std::string_view member, std::string message);

  const std::vector<Issue>& issues() const { return issues_; }
  // What was found, in document order, and where `data` begins in it. Only where nodes know names.
  const std::vector<Found>& found() const { return found_; }
  std::size_t data_found() const { return data_found_; }

 private:
  bool visit_object(const Node& node, json::Object object, Mode mode);
  bool visit_array(const Node& node, json::Array array, Mode mode);
  bool visit_member(const Node& node, const json::Member& member, std::uint32_t index, Seen& seen, Mode mode);
  bool visit_data(json::Value data, const EventType& type);
  bool visit_text(const Node& node, json::Value value, std::string_view text, Mode mode);
  bool holds_all(const Node& node, json::Value value, Mode mode);
  bool report_type(const Node& node, Mode mode);  // always false
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
  Path path_;
  std::vector<std::string_view> names_;  // of the objects that the walk is in, as far as no schema knows them
  std::vector<Issue> issues_;
  std::vector<Found> found_;
  std::size_t data_found_ = 0;
};

}  // namespace trunkline::schemas
