#include "core/http_exchange.hpp"

#include <algorithm>

#include "core/digest.hpp"

namespace trunkline::http {
namespace {

constexpr std::size_t drained_bytes_max =
    64 * 1024;  // a refused body so small is read, to keep the connection

std::optional<Method> method_of(std::string_view name) {
  if (name == "GET" || name == "HEAD") return Method::get;
  if (name == "POST") return Method::post;
  if (name == "PUT") return Method::put;
  if (name == "PATCH") return Method::patch;
  if (name == "DELETE") return Method::remove;
  return std::nullopt;
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find_first_of("?#"));
}

std::string_view query_of(std::string_view target) {
  const auto mark = target.find('?');
  if (mark == target.npos) return {};
  target.remove_prefix(mark + 1);
  return target.substr(0, target.find('#'));
}

std::string etag_of(std::string_view body) {
  return '"' + digest_of(body).text() + '"';
}

}  // namespace

// The library reads and decompresses; here are the bounds and what went wrong.
class Exchange::IncomingBody final : public Body {
 public:
  IncomingBody(Exchange& exchange, const httplib::ContentReader* reader)
      : exchange_(exchange), reader_(reader), left_(exchange.has_body_) {}

  Status stream(std::size_t bytes_max, const Sink& sink) override {
    if (!left_) return done();
    left_ = false;
    std::size_t seen = 0;
    bool enough = false;
    const bool whole = (*reader_)([&](const char* data, std::size_t size) {
      seen += size;
      if (seen > bytes_max) return false;
      enough = !sink({data, size});
      return !enough;
    });
    if (whole) return done();
    exchange_.must_close_ = true;
    if (enough) return rejected("stopped", "the rest of the body was not read");
    if (seen > bytes_max)
      return rejected("too_large", "the body is larger than " + std::to_string(bytes_max) + " bytes");
    if (exchange_.stream_.failure() == ClientStream::Failure::slow)
      return rejected("slow_client", "the body did not arrive in time");
    return rejected("incomplete", "the body ended early, or its framing or compression is broken");
  }

  // A body that cannot be read at all: the connection ends with the answer.
  void give_up() {
    left_ = false;
    exchange_.must_close_ = true;
  }

  // Refused requests: reading what little is left spares the client a new connection.
  void drain() {
    if (left_) static_cast<void>(stream(drained_bytes_max, [](std::string_view) { return true; }));
  }

 private:
  Exchange& exchange_;
  const httplib::ContentReader* reader_;
  bool left_;
};

std::string_view Exchange::raw_header(std::string_view name) const {
  const auto found = raw_->headers.find(std::string{name});
  return found == raw_->headers.end() ? std::string_view{} : std::string_view{found->second};
}

void Exchange::begin(httplib::Request& raw) {
  raw_ = &raw;
  started_ = std::chrono::steady_clock::now();
  stream_.begin_body();
  raw.ranges.clear();
  accepts_gzip_ = raw_header("Accept-Encoding").find("gzip") != std::string_view::npos;
  raw.headers.erase("Accept-Encoding");
  // The library matches paths with std::regex, which recurses once a character: it only ever sees "/".
  raw.path = "/";
}

Status Exchange::judge_framing() {
  const auto [first, last] = raw_->headers.equal_range("Content-Length");
  const bool chunked = raw_->has_header("Transfer-Encoding");
  for (auto length = first; length != last; ++length) {
    const std::string& text = length->second;
    const bool digits =
        !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == text.npos;
    if (!digits || text != first->second || chunked) {
      close_after_answer();
      return rejected("framing",
                      "Content-Length is one whole number, and never stands beside Transfer-Encoding");
    }
  }
  if (chunked && raw_header("Transfer-Encoding") != "chunked") {
    close_after_answer();
    return rejected("framing", "the only Transfer-Encoding taken is \"chunked\"");
  }
  has_body_ = chunked || (first != last && first->second.find_first_not_of('0') != std::string::npos);
  return done();
}

void Exchange::answer(httplib::Response& raw_response, const httplib::ContentReader* reader) {
  const Status framed = judge_framing();
  const bool readable_body = has_body_ && reader != nullptr && framed.ok();
  if (has_body_ && !readable_body) close_after_answer();
  has_body_ = readable_body;
  IncomingBody body(*this, reader);
  Response response;
  try {
    response = framed ? respond(body) : problem(framed.error());
  } catch (const std::exception&) {
    response = problem(must_stop("internal", "this request met a fault of the server"));
  }
  body.drain();
  if (must_close_) close_after_answer();
  finish(std::move(response), raw_response);
}

Response Exchange::respond(IncomingBody& body) {
  const auto method = method_of(raw_->method);
  if (!method) return problem(rejected("method_not_allowed", "this server does not know the method"));
  auto match = parts_.routes.find(*method, path_of(raw_->target));
  if (!match) return problem(match.error());
  route_ = match->route->route;
  const std::string_view encoding = raw_header("Content-Encoding");
  const bool readable =
      encoding.empty() || encoding == "identity" || encoding == "gzip" || encoding == "deflate";
  if (has_body_ && (raw_->is_multipart_form_data() || !readable)) {
    body.give_up();
    return problem(rejected("content_type", "bodies are not multipart, and plain or compressed with gzip"));
  }
  return respond_to(*match, body);
}

Response Exchange::respond_to(const Routes::Match& match, IncomingBody& body) {
  Request request;
  if (match.route->scope != Scope::open) {
    std::string_view bearer = raw_header("Authorization");
    if (!bearer.starts_with("Bearer "))
      return problem(rejected("unauthorized", "a key is needed: Authorization: Bearer tk_…"));
    auto caller = parts_.authenticate(bearer.substr(7));
    if (!caller) return problem(caller.error());
    if (!caller->may(match.route->scope))
      return problem(rejected(
          "forbidden", "this key lacks the scope \"" + std::string{scope_name(match.route->scope)} + "\""));
    request.caller = std::move(*caller);
    key_id_ = request.caller.key_id;
  }
  auto query = Query::parse(query_of(raw_->target));
  if (!query) return problem(query.error());
  request.method = match.route->method;
  request.route = match.route->route;
  request.path_parameters = match.parameters;
  request.query = std::move(*query);
  request.body = &body;
  request.header = [this](std::string_view name) { return raw_header(name); };
  return match.route->handler(request);
}

void Exchange::close_after_answer() {
  must_close_ = true;
  raw_->headers.erase("Connection");
  raw_->headers.emplace("Connection", "close");
}

void Exchange::tell_served(int status) const {
  if (!parts_.served) return;
  const auto took = std::chrono::steady_clock::now() - started_;
  parts_.served({route_, raw_->method, status, key_id_,
                 std::chrono::duration_cast<std::chrono::microseconds>(took).count()});
}

bool Exchange::send_piece(const Pieces& pieces, httplib::DataSink& sink) {
  piece_.clear();
  const auto more = [&]() -> Result<More> {
    try {
      return pieces(piece_);
    } catch (const std::exception&) {
      return must_stop("internal", "this request met a fault of the server");
    }
  }();
  must_close_ = !more || stream_.client_is_gone();
  if (!must_close_ && !piece_.empty()) must_close_ = !sink.write(piece_.data(), piece_.size());
  if (must_close_) return false;
  if (*more == More::no)
    sink.done();
  else if (!piece_.empty())
    must_close_ = !stream_.flush();
  return !must_close_;
}

void Exchange::finish_in_pieces(Response response, httplib::Response& raw_response) {
  if (parts_.streams.fetch_add(1) >= parts_.settings.streams_max) {
    --parts_.streams;
    finish(problem(try_again("overloaded", "as many long answers as this server allows are under way")),
           raw_response);
    return;
  }
  const auto status = raw_response.status = response.status;
  for (auto& [name, value] : response.headers) raw_response.set_header(name, value);
  raw_response.set_chunked_content_provider(
      response.content_type,
      [this, pieces = std::move(response.pieces)](std::size_t, httplib::DataSink& sink) {
        return send_piece(pieces, sink);
      },
      [this, status](bool) {
        --parts_.streams;
        tell_served(status);
      });
}

void Exchange::finish(Response response, httplib::Response& raw_response) {
  if (response.pieces) return finish_in_pieces(std::move(response), raw_response);
  raw_response.status = response.status;
  for (auto& [name, value] : response.headers) raw_response.set_header(name, value);
  const bool cacheable = response.status == 200 && raw_->method == "GET";
  if (cacheable) {
    const std::string tag = etag_of(response.body);
    raw_response.set_header("ETag", tag);
    if (raw_header("If-None-Match") == tag) {
      raw_response.status = 304;
      response.body.clear();
    }
  }
  if (!response.body.empty()) raw_response.set_header("Content-Type", response.content_type);
  raw_response.body = std::move(response.body);
  if (accepts_gzip_ && raw_response.body.size() >= parts_.settings.gzip_bytes_min)
    raw_->headers.emplace("Accept-Encoding", "gzip");
  tell_served(raw_response.status);
}

}  // namespace trunkline::http
