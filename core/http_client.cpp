#include "core/http_client.hpp"

#include <httplib.h>

namespace trunkline::http {
namespace {

constexpr int timeout_s = 60;
constexpr int answer_timeout_s = 6 * 3'600;  // a job of the server answers when it is done

Result<Answer> answer_of(const httplib::Result& result) {
  if (!result)
    return try_again("connection",
                     "the server was not reached, or went away: " + httplib::to_string(result.error()));
  return Answer{result->status, result->body, result->get_header_value("Trunkline-Position")};
}

}  // namespace

struct Client::Impl {
  Impl(const std::string& url, const std::string& key) : client(url) {
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_read_timeout(answer_timeout_s);
    client.set_write_timeout(timeout_s);
    client.set_default_headers({{"Authorization", "Bearer " + key}});
  }
  httplib::Client client;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::connect(const std::string& url, const std::string& key) {
  auto impl = std::make_unique<Impl>(url, key);
  if (!impl->client.is_valid()) return rejected("url", "an address reads http://host:port");
  return Client{std::move(impl)};
}

Result<Answer> Client::get(const std::string& target) {
  return answer_of(impl_->client.Get(target));
}

Result<Answer> Client::get_in_pieces(const std::string& target,
                                     const std::function<bool(std::string_view)>& sink) {
  int status = 0;
  bool enough = false;
  std::string refusal;
  const auto result = impl_->client.Get(
      target,
      [&](const httplib::Response& head) {
        status = head.status;
        return true;
      },
      [&](const char* data, std::size_t size) {
        if (status != 200) return static_cast<bool>(refusal.append(data, size).size());
        enough = !sink({data, size});
        return !enough;
      });
  if (enough) return Answer{status, {}, {}};
  auto answer = answer_of(result);
  if (answer) answer->body = std::move(refusal);
  return answer;
}

Result<Answer> Client::post(const std::string& target, std::string_view content_type,
                            const std::string& body) {
  return answer_of(impl_->client.Post(target, body, std::string{content_type}));
}

}  // namespace trunkline::http
