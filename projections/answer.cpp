#include "projections/answer.hpp"

#include "projections/period.hpp"

namespace trunkline {

bool wants_csv(const http::Request& request) {
  return request.header("Accept").find("text/csv") != std::string_view::npos;
}

void write_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

void write_csv_names(std::string& out, std::span<const ShownColumn> columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out.push_back(',');
    out.append(columns[i].name);
  }
  out.append("\r\n");
}

void write_csv_row(std::string& out, const BinaryRows& rows, std::size_t row,
                   std::span<const ShownColumn> columns, std::size_t first) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out.push_back(',');
    if (const auto field = rows.value(row, first + i))
      write_csv_field(out, shown_text(*field, columns[i].as));
  }
  out.append("\r\n");
}

http::Response csv_answer(const Snapshot& snapshot, std::string body) {
  http::Response response;
  response.content_type = "text/csv; charset=utf-8; header=present";
  response.body = std::move(body);
  response.position(snapshot.position());
  return response;
}

http::Response answer_list(const Snapshot& snapshot, const http::Request& request, const ListAnswer& list,
                           const std::function<void(json::Writer&)>& more) {
  if (wants_csv(request)) {
    std::string body;
    write_csv_names(body, list.columns);
    for (std::size_t i = 0; i < list.size; ++i) write_csv_row(body, list.rows, i, list.columns);
    http::Response response = csv_answer(snapshot, std::move(body));
    if (list.next) response.header("Trunkline-Next", *list.next);
    return response;
  }
  return snapshot.answer([&](json::Writer& out) {
    more(out);
    out.key(list.member).open('[');
    for (std::size_t i = 0; i < list.size; ++i) {
      out.open('{');
      write_members(out, list.rows, i, list.columns);
      out.close('}');
    }
    out.close(']').key("next");
    list.next ? out.string(*list.next) : out.null();
  });
}

}  // namespace trunkline
