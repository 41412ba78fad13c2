// A small HTTP client for the command line: one kept connection to a Trunkline server.
#pragma once
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
  Result<Answer> post(const std::string& target, std::string_view content_type, const std::string& body);

 private:
  struct Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline::http
