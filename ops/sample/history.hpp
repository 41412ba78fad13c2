// The events of one tenant, collected in the order of the stories and told in the order of time.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "ops/sample/person.hpp"

namespace trunkline::sample {

enum class Known {
  phone,
  email,
  visitor,
  phone_and_email,
  everything
};  // which of the person's contact points

// The members of an event's `data`.
class Data {
 public:
  Data& contact(const Person& person, Known known);
  Data& text(std::string_view name, std::string_view value);
  Data& number(std::string_view name, std::int64_t value);
  Data& real(std::string_view name, double value);
  Data& at(std::string_view name, Time time);
  Data& object(std::string_view name, const Data& members);
  Data& money(double amount, std::string_view currency);  // `value`, as decimal text, and `currency`
  std::string object() const { return "{" + members_ + "}"; }

 private:
  void name(std::string_view member);
  std::string members_;
};

class History {
 public:
  explicit History(std::string_view tenant) : tenant_(tenant) {}

  // `subject` is the entity's id. The event's id is made from type, subject and how often that pair occurred.
  void tell(Time time, std::string_view type, std::string_view subject, const Data& data);
  std::string next_id(std::string_view kind);  // "call-000012"

  struct Line {
    Time time;
    std::string json;
  };
  std::vector<Line> lines_before(Time until) &&;

 private:
  std::string tenant_;
  std::vector<Line> lines_;
  std::size_t ids_ = 0;
};

}  // namespace trunkline::sample
