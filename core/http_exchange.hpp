// One request and its answer, between cpp-httplib's objects and ours: framing judged, route found, key
// checked, handler called, answer finished (ETag, 304, gzip). Only core/http_*.cpp include this.
#pragma once
#include <httplib.h>

#include <atomic>

#include "core/http_stream.hpp"

namespace trunkline::http {

struct ServerParts {
  ServerSettings settings;
  Routes routes;
  Authenticate authenticate;
  std::function<void(const Served&)> served;
  mutable std::atomic<std::size_t> streams = 0;  // answers that are being sent in pieces
};

class Exchange {
 public:
  Exchange(const ServerParts& parts, ClientStream& stream) : parts_(parts), stream_(stream) {}

  // When the head has been read. Takes the library's own ideas about ranges, paths and compression out of its
  // hands.
  void begin(httplib::Request& raw);
  void answer(httplib::Response& raw_response, const httplib::ContentReader* reader);
  bool begun() const { return raw_ != nullptr; }
  bool must_close() const { return must_close_; }

 private:
  class IncomingBody;
  Status judge_framing();
  Response respond(IncomingBody& body);
  Response respond_to(const Routes::Match& match, IncomingBody& body);
  void finish(Response response, httplib::Response& raw_response);
  void finish_in_pieces(Response response, httplib::Response& raw_response);
  bool send_piece(const Pieces& pieces, httplib::DataSink& sink);
  void tell_served(int status) const;
  void close_after_answer();
  std::string_view raw_header(std::string_view name) const;

  const ServerParts& parts_;
  ClientStream& stream_;
  httplib::Request* raw_ = nullptr;
  std::chrono::steady_clock::time_point started_{};
  std::string_view route_ = "-";
  std::string key_id_;
  bool has_body_ = false;
  bool accepts_gzip_ = false;
  bool must_close_ = false;
  std::string piece_;
};

}  // namespace trunkline::http
