// Answers that are lists of rows: JSON, or CSV (RFC 4180, a header line) for whoever says `Accept: text/csv`.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "projections/query.hpp"
#include "projections/query_rows.hpp"

namespace trunkline {

struct ListAnswer {
  std::string_view member;  // of the JSON answer: "leads"
  const BinaryRows& rows;
  std::size_t size;  // how many of the rows are shown
  std::span<const ShownColumn> columns;
  std::optional<std::string> next =
      {};  // the cursor of the following page: member next, header Trunkline-Next
};

bool wants_csv(const http::Request& request);

// `more` writes the other members of the JSON answer.
http::Response answer_list(
    const Snapshot& snapshot, const http::Request& request, const ListAnswer& list,
    const std::function<void(json::Writer&)>& more = [](json::Writer&) {});

// Lines of CSV.
void write_csv_names(std::string& out, std::span<const ShownColumn> columns);
void write_csv_row(std::string& out, const BinaryRows& rows, std::size_t row,
                   std::span<const ShownColumn> columns, std::size_t first = 0);
void write_csv_field(std::string& out, std::string_view text);
http::Response csv_answer(const Snapshot& snapshot, std::string body);

// Figures of a period, one row for every group; what is asked of them:
//
//   group_by   a dimension of the model (agent, channel …) or one of time_grouping(); several times: by all
//   of them
//   DIMENSION  only these: agent=a&agent=b
// and those of period.hpp. Answer: tz, group_by, groups [{group, figures…}], with compare=previous also
// before [{…}]. Where several groupings are asked for, `group` is an object. A share of nothing is null.
struct Dimension {
  std::string_view name, sql;  // sql: a text expression; '' stands for none
};
struct FiguresQuestion {
  std::vector<const Projection*> models;
  std::string rows;                      // "analytics_v1.quarters"
  std::string time_column;               // a UTC moment
  std::span<const ShownColumn> figures;  // aggregates that are not NULL where there is nothing to count
  std::span<const Dimension> dimensions;
  std::string only = "TRUE";         // which rows the question is about at all
  std::string_view grouped_by = {};  // where the question does not say
};
Result<http::Response> answer_figures(const QueryContext& context, const http::Request& request,
                                      const FiguresQuestion& question);

}  // namespace trunkline
