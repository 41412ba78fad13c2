// A small HTTP client for the command line: one kept connection to a Trunkline server.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace trunkline::http {

struct Answer {
  int status = 0;
  std::string body;
  std::string position;  // header Trunkline-Position
};

// One thread. Errors: retry "connection" when the server is not reached or goes away in the middle.
class Client {
 public:
  // "http://127.0.0.1:8420". Errors: reject "url".
  static Result<Client> connect(const std::string& url, const std::string& key);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  Result<Answer> get(const std::string& target);
  // An answer of 200 goes piece by piece to the sink, which says false when it has enough; another one is
  // given whole. retry "connection" also when it was broken off.
  Result<Answer> get_in_pieces(const std::string& target, const std::function<bool(std::string_view)>& sink);
  Result<Answer> post(const std::string& target, std::string_view content_type, const std::string& body);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline::http
