// Concurrent calls that share one execution (group commit): whoever comes while nothing runs leads and
// executes for all that wait, itself among them; who comes meanwhile waits for the next round. Alone, a call
// runs at once; under load a round holds as many calls as came during the one before.
#pragma once
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

namespace trunkline {

template <class Call>
class SharedCalls {
 public:
  // Answers every call of a round; never run by two threads at once. What it throws reaches every caller of
  // the round.
  using Execute = std::function<void(std::span<Call* const> round)>;
  explicit SharedCalls(Execute execute) : execute_(std::move(execute)) {}

  // Returns when the call has been answered. Any thread.
  void run(Call& call) {
    Waiter self{&call, {}, {}, false};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&self);
    while (!self.answered) {
      if (leading_)
        self.wake.wait(lock);
      else
        lead(lock);
    }
    if (self.failure) std::rethrow_exception(self.failure);
  }

 private:
  struct Waiter {
    Call* call;
    std::condition_variable wake;
    std::exception_ptr failure;
    bool answered;
  };

  void lead(std::unique_lock<std::mutex>& lock) {
    leading_ = true;
    std::vector<Waiter*> round;
    round.swap(waiting_);
    lock.unlock();
    std::vector<Call*> calls;
    std::exception_ptr failure;
    try {
      for (const Waiter* waiter : round) calls.push_back(waiter->call);
      execute_(calls);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    leading_ = false;
    for (Waiter* waiter : round) {
      waiter->failure = failure;
      waiter->answered = true;
      waiter->wake.notify_one();  // under the lock: an answered waiter's memory dies as soon as it gets it
    }
    if (!waiting_.empty()) waiting_.front()->wake.notify_one();
  }

  Execute execute_;
  std::mutex mutex_;
  std::vector<Waiter*> waiting_;
  bool leading_ = false;
};

}  // namespace trunkline
