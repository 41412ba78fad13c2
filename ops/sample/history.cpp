#include "ops/sample/history.hpp"

#include <algorithm>
#include <cstdio>

#include "core/json.hpp"

namespace trunkline::sample {
namespace {

// Who would have sent this: one source per family is how integrators look.
std::string_view source_of(std::string_view type) {
  const auto family = type.substr(0, type.find('.'));
  if (family == "call") return "sample/telephony";
  if (family == "message" || family == "conversation") return "sample/chat";
  if (family == "touch" || family == "conversion") return "sample/website";
  if (family == "appointment") return "sample/calendar";
  return "sample/crm";
}

}  // namespace

void Data::name(std::string_view member) {
  if (!members_.empty()) members_.push_back(',');
  json::write_string(members_, member);
  members_.push_back(':');
}

Data& Data::contact(const Person& person, Known known) {
  const bool all = known == Known::everything;
  const bool phone = all || known == Known::phone || known == Known::phone_and_email;
  const bool email = all || known == Known::email || known == Known::phone_and_email;
  Data points;
  if (phone) points.text("phone", person.phone);
  if (email) points.text("email", person.email);
  if (all || known == Known::visitor) points.text("visitor_id", person.visitor_id);
  return object("contact", points);
}

Data& Data::text(std::string_view member, std::string_view value) {
  name(member);
  json::write_string(members_, value);
  return *this;
}

Data& Data::number(std::string_view member, std::int64_t value) {
  name(member);
  json::write_number(members_, value);
  return *this;
}

Data& Data::real(std::string_view member, double value) {
  name(member);
  json::write_number(members_, value);
  return *this;
}

Data& Data::at(std::string_view member, Time time) {
  return text(member, format_time(time));
}

Data& Data::object(std::string_view member, const Data& members) {
  name(member);
  members_ += members.object();
  return *this;
}

Data& Data::money(double amount, std::string_view currency) {
  char decimal[32];
  std::snprintf(decimal, sizeof decimal, "%.2f", amount);
  return text("value", decimal).text("currency", currency);
}

std::string History::next_id(std::string_view kind) {
  char number[16];
  std::snprintf(number, sizeof number, "-%06zu", ++ids_);
  return std::string{kind} + number;
}

void History::tell(Time time, std::string_view type, std::string_view subject, const Data& data) {
  std::string line;
  json::Writer writer{line};
  writer.open('{').key("specversion").string("1.0");
  writer.key("id").string(std::string{subject} + "." + next_id(type.substr(type.find('.') + 1)));
  writer.key("source").string(source_of(type)).key("type").string(type).key("subject").string(subject);
  writer.key("time").string(format_time(time)).key("tenantid").string(tenant_);
  writer.key("data").raw(data.object()).close('}');
  lines_.push_back({time, std::move(line)});
}

std::vector<History::Line> History::lines_before(Time until) && {
  std::erase_if(lines_, [&](const Line& line) { return line.time >= until; });
  std::stable_sort(lines_.begin(), lines_.end(),
                   [](const Line& a, const Line& b) { return a.time < b.time; });
  return std::move(lines_);
}

}  // namespace trunkline::sample
