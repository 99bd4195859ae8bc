#include "sidecar/calls.h"

namespace patchbay::sidecar {

void CallQueue::start() {
  thread_ = std::thread([this] {
    void* call = nullptr;
    bool ok = false;
    while (queue_->Next(&call, &ok)) static_cast<Call*>(call)->proceed(ok);
  });
}

void CallQueue::finish_until(std::chrono::steady_clock::time_point end) {
  std::unique_lock lock(mutex_);
  is_finishing_ = true;
  none_begun_.wait_until(lock, end, [this] { return begun_ == 0; });
}

void CallQueue::stop() {
  queue_->Shutdown();
  if (thread_.joinable()) thread_.join();
}

bool CallQueue::begin() {
  const std::lock_guard lock(mutex_);
  if (is_finishing_) return false;
  ++begun_;
  return true;
}

void CallQueue::answer(Call& call, size_t bytes) {
  unread_.push_back({&call, bytes + kCallBytes});
  unread_bytes_ += unread_.back().bytes;
  while (unread_bytes_ > kMaxUnreadBytes && unread_.size() > 1) {
    unread_.front().call->cancel();
    unread_bytes_ -= unread_.front().bytes;
    unread_.pop_front();
  }
}

void CallQueue::end(const Call& call) {
  const auto found = std::ranges::find(unread_, &call, &Unread::call);
  if (found != unread_.end()) {  // else it had given way
    unread_bytes_ -= found->bytes;
    unread_.erase(found);
  }
  const std::lock_guard lock(mutex_);
  if (--begun_ == 0) none_begun_.notify_all();
}

}  // namespace patchbay::sidecar
