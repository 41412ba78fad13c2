#include "ops/import.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "core/digest.hpp"
#include "core/http_client.hpp"
#include "core/json.hpp"
#include "ingest/rows.hpp"

namespace trunkline {
namespace {

constexpr std::size_t request_events_max = 1'000;  // as many refusals as one answer lists
constexpr std::size_t request_bytes_max = 8 * 1024 * 1024;
constexpr int tries_max = 12;  // 0.1 s, then doubled up to 10 s: about a minute

Result<std::string> file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return rejected("file", path + ": cannot be opened");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Import {
 public:
  Import(const ImportSettings& settings, Mapping mapping, std::unique_ptr<RowSource> rows,
         http::Client client, std::string identity)
      : settings_(settings),
        mapping_(std::move(mapping)),
        rows_(std::move(rows)),
        client_(std::move(client)),
        identity_(std::move(identity)),
        bytes_(std::filesystem::file_size(settings.file)) {}

  Result<ImportProgress> run(const std::function<void(const ImportProgress&)>& show) {
    resume();
    report_.open(settings_.report, skip_rows_ > 0 ? std::ios::app : std::ios::trunc);
    if (!report_) return rejected("file", settings_.report + ": the report cannot be written (--report)");
    if (skip_rows_ == 0) report_ << "row,pointer,code,reason\n";
    std::optional<Row> before, here;
    bool more = true;
    while (more) {
      auto next = next_row();
      if (!next) return next.error();
      more = next->has_value();
      if (here) add(*here, before ? &*before : nullptr, *next ? &**next : nullptr);
      before = std::move(here);
      here = std::move(*next);
      if (lines_ >= request_events_max || body_.size() >= request_bytes_max || !more)
        if (const auto sent = send(show); !sent) return sent.error();
    }
    std::filesystem::remove(progress_path());
    return progress_;
  }

 private:
  std::string progress_path() const { return settings_.report + ".progress"; }

  // A progress file of another file, mapping, tenant or revision is not ours.
  void resume() {
    std::ifstream file(progress_path());
    std::string identity;
    std::uint64_t rows = 0, events = 0, refused = 0;
    if (!(file >> identity >> rows >> events >> refused) || identity != identity_) return;
    skip_rows_ = rows;
    progress_.events = events;
    progress_.refused = refused;
  }

  void save() {
    report_.flush();
    const std::string beside = progress_path() + ".new";
    std::ofstream(beside, std::ios::trunc)
        << identity_ << ' ' << progress_.rows << ' ' << progress_.events << ' ' << progress_.refused << '\n';
    std::filesystem::rename(beside, progress_path());
  }

  // Rows that cannot be read are reported and passed over.
  Result<std::optional<Row>> next_row() {
    while (true) {
      auto row = rows_->next();
      if (row || row.error().fault != Fault::reject) return row;
      if (rows_->row_number() > skip_rows_)
        refuse(rows_->row_number(), row.error().pointer, "row", row.error().message);
    }
  }

  void add(const Row& row, const Row* before, const Row* after) {
    progress_.rows = row.number;
    if (row.number <= skip_rows_) return;
    const auto events = mapping_.events(row, before, after);
    if (!events)
      return refuse(row.number, events.error().pointer, events.error().code, events.error().message);
    for (const std::string& event : *events) {
      body_.append(event).push_back('\n');
      row_of_line_.push_back(row.number);
      ++lines_;
    }
  }

  void refuse(std::uint64_t row, std::string_view pointer, std::string_view code, std::string_view reason) {
    report_ << row << ',' << pointer << ',' << code << ",\"";
    for (const char c : reason) report_ << (c == '"' ? "\"\"" : std::string(1, c));
    report_ << "\"\n";
    if (row != last_refused_row_) ++progress_.refused;
    last_refused_row_ = row;
  }

  Status send(const std::function<void(const ImportProgress&)>& show) {
    if (lines_ > 0) {
      auto answer = post_with_patience();
      if (!answer) return answer.error();
      if (auto read = read_answer(*answer); !read) return read;
    }
    body_.clear();
    row_of_line_.clear();
    lines_ = 0;
    progress_.share =
        bytes_ == 0 ? 1.0 : static_cast<double>(rows_->bytes_read()) / static_cast<double>(bytes_);
    save();
    show(progress_);
    return done();
  }

  Result<http::Answer> post_with_patience() {
    std::chrono::milliseconds pause{100};
    for (int tries = 1;; ++tries) {
      auto answer = client_.post("/v1/events?tenant=" + settings_.tenant, "application/x-ndjson", body_);
      const bool later = !answer || answer->status == 503 || answer->status == 408;
      if (!later || tries == tries_max) return answer;
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, std::chrono::milliseconds{10'000});
    }
  }

  Status read_answer(const http::Answer& answer) {
    json::Parser parser;
    const auto parsed = parser.parse(answer.body);
    const auto object = parsed ? parsed->as_object() : std::nullopt;
    const auto refusals =
        !object ? std::nullopt : object->array(answer.status == 200 ? "refusals" : "errors");
    const bool all_refused = answer.status == 422 && refusals;
    if (answer.status != 200 && !all_refused) {
      const auto detail = object ? object->string("detail").value_or("") : std::string_view{};
      return rejected("server",
                      "the server answers " + std::to_string(answer.status) + ": " + std::string{detail});
    }
    progress_.events +=
        answer.status == 200 ? static_cast<std::uint64_t>(object->integer("accepted").value_or(0)) : 0;
    if (!answer.position.empty()) progress_.position = answer.position;
    if (!refusals) return done();
    for (const json::Value each : *refusals) {
      const auto refusal = each.as_object();
      const auto line = refusal ? refusal->integer("line").value_or(0) : 0;
      if (line < 1 || static_cast<std::size_t>(line) > row_of_line_.size()) continue;
      refuse(row_of_line_[static_cast<std::size_t>(line - 1)], refusal->string("pointer").value_or(""),
             refusal->string("code").value_or(""), refusal->string("message").value_or(""));
    }
    return done();
  }

  const ImportSettings& settings_;
  const Mapping mapping_;
  std::unique_ptr<RowSource> rows_;
  http::Client client_;
  const std::string identity_;
  const std::uintmax_t bytes_;
  std::ofstream report_;
  std::uint64_t skip_rows_ = 0;
  std::uint64_t last_refused_row_ = 0;
  std::string body_;
  std::size_t lines_ = 0;
  std::vector<std::uint64_t> row_of_line_;
  ImportProgress progress_;
};

}  // namespace

Result<ImportProgress> import_file(const ImportSettings& settings,
                                   const std::function<void(const ImportProgress&)>& show) {
  const auto mapping_text = file_text(settings.mapping);
  if (!mapping_text) return mapping_text.error();
  auto mapping = Mapping::parse(*mapping_text, settings.mapping);
  if (!mapping) return mapping.error();
  mapping->set_revision(settings.revision);
  auto rows = open_rows(settings.file, mapping->columns());
  if (!rows) return rows.error();
  auto client = http::Client::connect(settings.url, settings.key);
  if (!client) return client.error();
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(settings.file, error).time_since_epoch().count();
  const std::string identity =
      digest_of(*mapping_text + "|" + std::to_string(std::filesystem::file_size(settings.file)) + "|" +
                std::to_string(changed) + "|" + settings.tenant + "|" + std::to_string(settings.revision))
          .text();
  return Import(settings, std::move(*mapping), std::move(*rows), std::move(*client), identity).run(show);
}

}  // namespace trunkline
