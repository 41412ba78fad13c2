// For the thread sanitizer alone. librdkafka locks with C11's mtx_… and cnd_…, and starts its threads with
// thrd_create; glibc makes them of its pthreads inside, where the sanitizer does not see them, so that all
// that its queues hand from thread to thread would look like races. These come before glibc's, do the same
// through pthread's public names, and so are seen. In glibc each of these types is as large as pthread's.
//
// What librdkafka calls itself is not judged (tests/tsan.suppressions), so its read-write locks, which are
// pthread's, take the way through here as well: the sanitizer's own functions are the next of that name. Not
// their end, for who is the last to hold a reference is not seen.
#include <dlfcn.h>
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t) &&
              sizeof(once_flag) == sizeof(pthread_once_t));

pthread_mutex_t* of(mtx_t* mutex) {
  return reinterpret_cast<pthread_mutex_t*>(mutex);
}

pthread_cond_t* of(cnd_t* condition) {
  return reinterpret_cast<pthread_cond_t*>(condition);
}

int result_of(int error) {
  return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

struct Start {
  thrd_start_t function;
  void* argument;
};

void* run(void* start) {
  const std::unique_ptr<Start> own{static_cast<Start*>(start)};
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(own->function(own->argument)));
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, run, start.get());
  if (error == 0) (void)start.release();
  return result_of(error);
}

int thrd_join(thrd_t thread, int* result) {
  void* returned = nullptr;
  const int error = pthread_join(thread, &returned);
  if (error == 0 && result != nullptr) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(returned));
  return result_of(error);
}

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & mtx_recursive) != 0) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init(of(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return result_of(error);
}

int mtx_lock(mtx_t* mutex) {
  return result_of(pthread_mutex_lock(of(mutex)));
}

int mtx_unlock(mtx_t* mutex) {
  return result_of(pthread_mutex_unlock(of(mutex)));
}

void mtx_destroy(mtx_t* mutex) {
  pthread_mutex_destroy(of(mutex));
}

int cnd_init(cnd_t* condition) {
  return result_of(pthread_cond_init(of(condition), nullptr));
}

int cnd_signal(cnd_t* condition) {
  return result_of(pthread_cond_signal(of(condition)));
}

int cnd_broadcast(cnd_t* condition) {
  return result_of(pthread_cond_broadcast(of(condition)));
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return result_of(pthread_cond_wait(of(condition), of(mutex)));
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return result_of(pthread_cond_timedwait(of(condition), of(mutex), until));
}

void cnd_destroy(cnd_t* condition) {
  pthread_cond_destroy(of(condition));
}

void call_once(once_flag* flag, void (*function)(void)) {
  pthread_once(reinterpret_cast<pthread_once_t*>(flag), function);
}

int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t* attributes) {
  static const auto function = next<decltype(pthread_rwlock_init)>("pthread_rwlock_init");
  return function(lock, attributes);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  static const auto function = next<decltype(pthread_rwlock_rdlock)>("pthread_rwlock_rdlock");
  return function(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  static const auto function = next<decltype(pthread_rwlock_wrlock)>("pthread_rwlock_wrlock");
  return function(lock);
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) {
  static const auto function = next<decltype(pthread_rwlock_unlock)>("pthread_rwlock_unlock");
  return function(lock);
}

}  // extern "C"
