#include "core/http_server.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "core/http_exchange.hpp"
#include "core/http_pool.hpp"

namespace trunkline::http {
namespace {

constexpr int listen_backlog = 1'024;  // the library's 5 makes 300 quick connects take 17 s
constexpr int crowded_idle_ms = 1'000;

thread_local Exchange* current_exchange = nullptr;

std::string reply_to_broken_head(ClientStream::Failure failure) {
  const Response response =
      failure == ClientStream::Failure::slow
          ? problem(rejected("slow_client", "the request's head did not arrive in time"))
          : problem(rejected("headers_too_large", "the request line and headers are too large"));
  return "HTTP/1.1 " + std::to_string(response.status) +
         (response.status == 408 ? " Request Timeout" : " Request Header Fields Too Large") +
         "\r\nConnection: close\r\nContent-Type: " + response.content_type +
         "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
}

// Answers that the library gives on its own: a broken request line, a path that is too long.
httplib::Server::HandlerResponse explain(const httplib::Request&, httplib::Response& response) {
  if (!response.body.empty()) return httplib::Server::HandlerResponse::Handled;
  const Response explained = problem(rejected("framing", "this is not an HTTP/1.1 request that can be read"));
  response.body = explained.body;
  response.set_header("Content-Type", explained.content_type);
  response.set_header("Connection", "close");
  return httplib::Server::HandlerResponse::Handled;
}

class Listener final : public httplib::Server {
 public:
  Listener(const ServerParts& parts, int stop_event) : parts_(parts), stop_event_(stop_event) {
    new_task_queue = [this] { return new ConnectionPool(parts_.settings.connections_max, busy_); };
    set_socket_options([this](socket_t socket) {
      const int on = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      listening_ = socket;
    });
    set_payload_max_length(SIZE_MAX);  // each handler says its own bound, and counts what is decompressed
    set_keep_alive_max_count(1'000'000);
    set_keep_alive_timeout(parts_.settings.idle_timeout_ms / 1000);
    set_error_handler(HandlerWithResponse{explain});
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
      const bool may_have_body = request.method == "POST" || request.method == "PUT" ||
                                 request.method == "PATCH" || request.method == "DELETE";
      if (may_have_body) return HandlerResponse::Unhandled;
      current_exchange->answer(response, nullptr);
      return HandlerResponse::Handled;
    });
    const auto with_body = [](const httplib::Request&, httplib::Response& response,
                              const httplib::ContentReader& reader) {
      current_exchange->answer(response, &reader);
    };
    Post("/", HandlerWithContentReader{with_body});
    Put("/", HandlerWithContentReader{with_body});
    Patch("/", HandlerWithContentReader{with_body});
    Delete("/", HandlerWithContentReader{with_body});
  }

  void deepen_backlog() const { ::listen(listening_, listen_backlog); }

 private:
  bool process_and_close_socket(socket_t socket) override {
    if (ConnectionPool::refusing()) {
      refuser_.refuse(socket);
      return false;
    }
    ClientStream stream(socket, stop_event_, parts_.settings);
    while (stream.wait_for_request([this] { return idle_limit_ms(); }) && serve_one(stream)) continue;
    stream.close_gently();
    return true;
  }

  // False when the connection is to be closed.
  bool serve_one(ClientStream& stream) {
    Exchange exchange(parts_, stream);
    current_exchange = &exchange;
    bool client_closes = false;
    const bool answered =
        process_request(stream, false, client_closes, [&](httplib::Request& raw) { exchange.begin(raw); });
    current_exchange = nullptr;
    if (!exchange.begun() && stream.failure() != ClientStream::Failure::none) {
      if (stream.failure() != ClientStream::Failure::closed)
        stream.answer(reply_to_broken_head(stream.failure()));
      return false;
    }
    return stream.flush() && answered && exchange.begun() && !client_closes && !exchange.must_close();
  }

  int idle_limit_ms() const {
    const bool crowded = busy_ * 4 >= parts_.settings.connections_max * 3;
    return crowded ? std::min(crowded_idle_ms, parts_.settings.idle_timeout_ms)
                   : parts_.settings.idle_timeout_ms;
  }

  const ServerParts& parts_;
  int stop_event_;
  int listening_ = -1;
  std::atomic<std::size_t> busy_{0};
  Refuser refuser_;
};

}  // namespace

struct Server::Impl {
  Impl(ServerSettings settings, Routes routes, Authenticate authenticate,
       std::function<void(const Served&)> served)
      : parts{std::move(settings), std::move(routes), std::move(authenticate), std::move(served)},
        stop_event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        listener(parts, stop_event) {}
  ~Impl() { ::close(stop_event); }

  ServerParts parts;
  int stop_event;
  Listener listener;
  int port = 0;
  std::thread accepting;
};

Server::Server(ServerSettings settings, Routes routes, Authenticate authenticate,
               std::function<void(const Served&)> served)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(routes), std::move(authenticate),
                                   std::move(served))) {}

Server::~Server() {
  stop();
}

Status Server::start() {
  const ServerSettings& settings = impl_->parts.settings;
  impl_->port = settings.port;
  const bool bound = settings.port != 0 ? impl_->listener.bind_to_port(settings.host, settings.port)
                                        : (impl_->port = impl_->listener.bind_to_any_port(settings.host)) > 0;
  if (!bound)
    return must_stop("listen", "cannot listen on " + settings.host + ":" + std::to_string(settings.port) +
                                   ": the port is taken, or the host is not this machine's");
  impl_->listener.deepen_backlog();
  impl_->accepting = std::thread([this] { impl_->listener.listen_after_bind(); });
  while (!impl_->listener.is_running()) std::this_thread::yield();
  return done();
}

int Server::port() const {
  return impl_->port;
}

void Server::stop() {
  if (!impl_->accepting.joinable()) return;
  ::eventfd_write(impl_->stop_event, 1);
  impl_->listener.stop();
  impl_->accepting.join();
}

}  // namespace trunkline::http
