// A libvirt domain's console: a thread that turns libvirt's event loop copies between the stream
// and one end of a socket pair, whose other end is the link.
#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include "binding/net_namespace.h"
#include "cli/console_libvirt.h"
#include "cli/console_link.h"
#include "plan/error.h"

namespace patchbay::cli {
namespace {

constexpr int kWakeUp = 100;  // ms: how long the loop may sleep after it was told to end

struct FreeStream {
  void operator()(virStream* stream) const { virStreamFree(stream); }
};

// The loop is the process's; it has to be there before the connection that is to use it.
void have_event_loop() {
  static const bool made = virEventRegisterDefaultImpl() == 0;
  if (!made) throw Error(Errc::kInternal, "libvirt could not make its event loop");
}

class DomainLink : public ConsoleLink {
 public:
  DomainLink(const std::string& uri, const std::string& name)
      : domain_(open_after_loop(uri, name)) {
    stream_.reset(virStreamNew(domain_.connection.get(), VIR_STREAM_NONBLOCK));
    if (!stream_ || virDomainOpenConsole(domain_.domain.get(), nullptr, stream_.get(), 0) != 0) {
      fail_by_libvirt("open its console", name);
    }
    std::array<int, 2> pair{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
      throw Error(Errc::kIo, std::string("could not make a socket pair: ") + std::strerror(errno));
    }
    ours_.emplace(pair[0]);
    theirs_.emplace(pair[1]);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    timer_ = virEventAddTimeout(
        kWakeUp, [](int, void*) {}, nullptr, nullptr);
    watch_ = virEventAddHandle(pair[1], VIR_EVENT_HANDLE_READABLE, from_us, this, nullptr);
    if (timer_ < 0 || watch_ < 0 ||
        virStreamEventAddCallback(
            stream_.get(),
            VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR,
            from_guest, this, nullptr) != 0) {
      fail_by_libvirt("listen to its console", name);
    }
    loop_ = std::thread([this] {
      while (!ending_) virEventRunDefaultImpl();
    });
  }

  ~DomainLink() override {
    ending_ = true;
    shutdown(ours_->get(), SHUT_RDWR);
    if (loop_.joinable()) loop_.join();
    if (watch_ >= 0) virEventRemoveHandle(watch_);
    if (timer_ >= 0) virEventRemoveTimeout(timer_);
    if (!stream_) return;
    virStreamEventRemoveCallback(stream_.get());
    virStreamAbort(stream_.get());
  }

  int fd() const override { return ours_->get(); }
  std::string why_it_ended() override { return "libvirt closed the stream: does the domain run?"; }

 private:
  static LibvirtDomain open_after_loop(const std::string& uri, const std::string& name) {
    have_event_loop();
    return open_domain(uri, name);
  }

  // Both run in the loop's thread.
  static void from_us(int, int fd, int, void* self) { static_cast<DomainLink*>(self)->send(fd); }
  static void from_guest(virStreamPtr, int events, void* self) {
    static_cast<DomainLink*>(self)->receive(events);
  }

  void send(int fd) {
    std::array<char, 4096> bytes{};
    const ssize_t size = recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size > 0) to_guest_.append(bytes.data(), static_cast<size_t>(size));
    flush();
  }

  void flush() {
    while (!to_guest_.empty()) {
      const int size = virStreamSend(stream_.get(), to_guest_.data(), to_guest_.size());
      if (size < 0) break;  // -2: not now; -1: from_guest hears of it
      to_guest_.erase(0, static_cast<size_t>(size));
    }
    virStreamEventUpdateCallback(stream_.get(),
                                 VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP |
                                     VIR_STREAM_EVENT_ERROR |
                                     (to_guest_.empty() ? 0 : VIR_STREAM_EVENT_WRITABLE));
  }

  void receive(int events) {
    if ((events & VIR_STREAM_EVENT_WRITABLE) != 0) flush();
    std::array<char, 4096> bytes{};
    int size = 0;
    while ((size = virStreamRecv(stream_.get(), bytes.data(), bytes.size())) > 0) {
      write_all(bytes.data(), static_cast<size_t>(size));
    }
    const bool over = size == 0 || size == -1 ||
                      (events & (VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR)) != 0;
    if (!over) return;
    shutdown(theirs_->get(), SHUT_RDWR);
    ending_ = true;
  }

  // Waits for whoever reads the link; its end lets it go.
  void write_all(const char* bytes, size_t size) {
    while (size > 0) {
      const ssize_t passed = ::send(theirs_->get(), bytes, size, MSG_NOSIGNAL);
      if (passed < 0 && errno != EINTR) return;
      if (passed > 0) bytes += passed, size -= static_cast<size_t>(passed);
    }
  }

  LibvirtDomain domain_;
  std::unique_ptr<virStream, FreeStream> stream_;
  std::optional<FileDescriptor> ours_, theirs_;
  std::string to_guest_;  // what could not be passed on at once
  int timer_ = -1;
  int watch_ = -1;
  std::atomic<bool> ending_ = false;
  std::thread loop_;
};

}  // namespace

std::unique_ptr<ConsoleLink> open_domain_console(const std::string& uri,
                                                 const std::string& domain) {
  return std::make_unique<DomainLink>(uri, domain);
}

}  // namespace patchbay::cli
