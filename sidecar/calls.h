// gRPC's calls of the sidecar, answered one after another in a thread that stays: KubeVirt makes
// one at a time, and a thread for each is what a client could take them all of. Included by
// server.cc only.
//
// The life of a call is gRPC's asynchronous one (grpc.io/docs/languages/cpp/async): asked for
// before it comes, answered when its request is whole, deleted when its answer is in the client's
// socket.
#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

namespace patchbay::sidecar {

// Answers that wait for their client to read them, for all of a queue together; KubeVirt's reads
// each at once. Beside an answer gRPC keeps kCallBytes of its call.
inline constexpr size_t kMaxUnreadBytes = size_t{32} << 20;
inline constexpr size_t kCallBytes = size_t{16} << 10;

class Call {
 public:
  virtual ~Call() = default;
  // Its request is there, or its answer is read; not `ok`: neither will be.
  virtual void proceed(bool ok) = 0;
  virtual void cancel() = 0;
};

// The calls of one thread. What nobody reads holds memory, and not the thread: where it becomes too
// much, the oldest answers give way to new ones.
class CallQueue {
 public:
  explicit CallQueue(grpc::ServerBuilder& builder) : queue_(builder.AddCompletionQueue()) {}

  void start();
  // Begins no call from now on, and waits for those that it has begun, at most until then.
  void finish_until(std::chrono::steady_clock::time_point end);
  void stop();  // once the server is shut down

  grpc::ServerCompletionQueue& completions() { return *queue_; }

  // From the queue's thread. False where it begins no more.
  bool begin();
  void answer(Call& call, size_t bytes);
  void end(const Call& call);

 private:
  struct Unread {
    Call* call;
    size_t bytes;
  };

  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::thread thread_;
  std::deque<Unread> unread_;  // the oldest first
  size_t unread_bytes_ = 0;
  std::mutex mutex_;
  std::condition_variable none_begun_;
  int begun_ = 0;
  bool is_finishing_ = false;
};

template <typename Service, typename Params, typename Result>
using Request = void (Service::*)(grpc::ServerContext*, Params*,
                                  grpc::ServerAsyncResponseWriter<Result>*, grpc::CompletionQueue*,
                                  grpc::ServerCompletionQueue*, void*);

template <typename Service, typename Params, typename Result>
struct Method {
  CallQueue& calls;
  Service& service;
  Request<Service, Params, Result> request;
  std::function<grpc::Status(const Params&, Result&)> answer;
};

template <typename Service, typename Params, typename Result>
class UnaryCall final : public Call {
 public:
  using OwnMethod = Method<Service, Params, Result>;

  static void wait_for_next(std::shared_ptr<const OwnMethod> method) {
    (new UnaryCall(std::move(method)))->request();  // proceed() deletes it
  }

  void proceed(bool ok) override {
    std::unique_ptr<UnaryCall> self(this);
    CallQueue& calls = method_->calls;
    if (is_answered_) {
      calls.end(*this);
    } else if (ok && calls.begin()) {
      wait_for_next(method_);
      Result result;
      const grpc::Status status = method_->answer(params_, result);
      params_ = Params();  // Clear() would keep its memory
      is_answered_ = true;
      calls.answer(*this, result.ByteSizeLong());
      writer_.Finish(result, status, self.release());
    }
  }

  void cancel() override { context_.TryCancel(); }

 private:
  explicit UnaryCall(std::shared_ptr<const OwnMethod> method) : method_(std::move(method)) {}

  void request() {
    grpc::ServerCompletionQueue& queue = method_->calls.completions();
    (method_->service.*method_->request)(&context_, &params_, &writer_, &queue, &queue, this);
  }

  std::shared_ptr<const OwnMethod> method_;
  grpc::ServerContext context_;
  Params params_;
  grpc::ServerAsyncResponseWriter<Result> writer_{&context_};
  bool is_answered_ = false;
};

// Has the queue answer a service's method, of which `request` is the generated Request<method>.
// `answer` may not throw.
template <typename Service, typename Params, typename Result>
void offer(CallQueue& calls, std::type_identity_t<Service>& service,
           Request<Service, Params, Result> request,
           std::type_identity_t<std::function<grpc::Status(const Params&, Result&)>> answer) {
  using OfferedMethod = Method<Service, Params, Result>;
  UnaryCall<Service, Params, Result>::wait_for_next(
      std::make_shared<OfferedMethod>(OfferedMethod{calls, service, request, std::move(answer)}));
}

}  // namespace patchbay::sidecar
