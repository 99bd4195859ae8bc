// Clients that are no virt-launcher, at the real program's socket: whatever they send, keep open or
// leave unread, the next call of KubeVirt's is answered, and nothing of theirs stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "tests/sidecar/program.h"
#include "tests/sidecar/raw_client.h"
#include "tests/sidecar/support.h"
#include "tests/sidecar/wire.h"

namespace patchbay::sidecar {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

constexpr milliseconds kInfoDeadline{1000};       // virt-launcher panics after that
constexpr milliseconds kFloodedDeadline{10'000};  // of a machine that a flood keeps busy, too
constexpr size_t kMebibyte = size_t{1} << 20;
constexpr long kMostThreads = 16;  // gRPC's; no call has one of its own
// What a heap keeps of a flood, in pages that are not all free. The sanitizers' give nothing back.
#ifndef __has_feature
#define __has_feature(name) 0  // GCC has macros of its own instead
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr long kSparedKilobytes = 1 << 20;
#else
constexpr long kSparedKilobytes = 12 << 10;
#endif

std::string vmi_without_us() {
  return replaced(read_fixture("12-nocloud-userdata", "vmi.json"),
                  R"("binding":{"name":"patchbay"})", R"("bridge":{})");
}

// A whole call of OnDefineDomain, its domain of about so many bytes.
std::string domain_call(unsigned stream, size_t bytes) {
  const std::string request =
      field(1, "<domain>" + std::string(bytes, 'x') + "</domain>") + field(2, vmi_without_us());
  return http2::call(stream, callback("v1alpha3", "OnDefineDomain"), request);
}

class HostileClientsTest : public testing::Test {
 protected:
  HostileClientsTest() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;  // the thousand's ends are here, too
    setrlimit(RLIMIT_NOFILE, &limit);
    start();
  }

  void start() {
    program_.reset();
    for (const std::string& name : folder_.names()) fs::remove(folder_.path() / name);
    program_ = std::make_unique<Program>(
        std::vector<std::string>{"--socket-dir", folder_.path().string()});
    socket_ = folder_.socket();
    expect_answered();
    wait_for([&] { return sockets() == 1; });  // its own, for gRPC has closed the call's
    descriptors_ = descriptors();
    kilobytes_ = kilobytes();
  }

  void expect_answered(milliseconds deadline = kFloodedDeadline) {
    const Answer answer = call(dial(socket_), kInfoMethod, "", deadline);
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message() << program_->log();
  }

  // As before anybody came, once the sidecar has had a moment of quiet.
  void expect_nothing_left() {
    expect_answered();
    wait_for([&] {
      return descriptors() <= descriptors_ && kilobytes() - kilobytes_ < kSparedKilobytes;
    });
    EXPECT_EQ(descriptors(), descriptors_);
    EXPECT_LT(kilobytes() - kilobytes_, kSparedKilobytes);
    EXPECT_LE(threads(), kMostThreads);
  }

  // Sends 20,000 frames of what `next` makes, so many at once, until the sidecar reads no more; it
  // stays connected, answers others in the middle of it, and keeps little.
  void expect_to_bear(const std::function<std::string(unsigned)>& next) {
    for (const unsigned at_once : {1u, 100u}) {
      SCOPED_TRACE(std::to_string(at_once) + " at once");
      RawClient client(socket_);
      client.send(greeting());
      bool is_read = true;
      for (unsigned n = 0; n < 20'000 && is_read;) {
        std::string frames;
        for (const unsigned end = n + at_once; n < end; ++n) frames += next(n);
        is_read = client.send(frames);
        if (n % 10'000 == 0) expect_answered();
      }
      EXPECT_LT(kilobytes() - kilobytes_, kSparedKilobytes);
      EXPECT_FALSE(client.is_closed(milliseconds(200)));
    }
  }

  long answers_logged() const {
    const std::string log = program_->log();
    long found = 0;
    for (size_t at = log.find("domain unchanged"); at != std::string::npos;
         at = log.find("domain unchanged", at + 1)) {
      ++found;
    }
    return found;
  }

  std::vector<std::unique_ptr<RawClient>> connect(size_t count) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (size_t i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<RawClient>(socket_));
      EXPECT_TRUE(clients.back()->connected()) << i;
    }
    return clients;
  }

  template <typename Condition>
  static void wait_for(Condition condition, milliseconds patience = kPatience) {
    const auto end = steady_clock::now() + patience;
    while (!condition() && steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(5));
    }
  }

  long sockets() const {
    const fs::directory_iterator all(proc() / "fd");
    return std::count_if(begin(all), end(all), [](const fs::directory_entry& entry) {
      std::error_code gone;
      return fs::read_symlink(entry, gone).string().starts_with("socket:");
    });
  }
  long processor_ticks() const {  // proc_pid_stat(5): utime and stime, after "pid (name) "
    std::istringstream words(read_text(proc() / "stat"));
    std::string word;
    for (int i = 0; i < 13; ++i) words >> word;
    long user = 0, system = 0;
    words >> user >> system;
    return user + system;
  }
  long descriptors() const { return std::distance(fs::directory_iterator(proc() / "fd"), {}); }
  long kilobytes() const { return status_value("RssAnon:"); }
  long threads() const { return status_value("Threads:"); }
  fs::path proc() const { return "/proc/" + std::to_string(program_->pid()); }

  long status_value(std::string_view key) const {
    std::ifstream stream(proc() / "status");
    for (std::string line; std::getline(stream, line);) {
      if (line.starts_with(key)) return std::stol(line.substr(key.size()));
    }
    ADD_FAILURE() << "no " << key;
    return 0;
  }

  SocketFolder folder_;
  std::unique_ptr<Program> program_;
  std::string socket_;
  long descriptors_ = 0;
  long kilobytes_ = 0;
};

TEST_F(HostileClientsTest, AQuietOneAnswersInfoInTime) { expect_answered(kInfoDeadline); }

// One that connects and says nothing, half of something, or what is no HTTP/2: it may stay, and
// others are answered meanwhile.
TEST_F(HostileClientsTest, NothingAndNonsense) {
  const std::string headers = frame(kHeaders, kEndHeaders, 1, call_headers(kInfoMethod));
  const std::string endless = {'\xff', '\xff', '\xff', 1, 4, 0, 0, 0, 1};  // of 16 MiB
  struct Case {
    const char* what;
    std::string bytes;
    bool is_refused;
  };
  const std::vector<Case> cases = {
      {"nothing", "", false},
      {"half a preface", std::string(kPreface.substr(0, 10)), false},
      {"half a frame", greeting().substr(0, greeting().size() - 4), false},
      {"half of the headers", greeting() + headers.substr(0, 40), false},
      {"a call without its message", greeting() + headers, false},
      {"HTTP/1", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", true},
      {"rubbish", std::string(5000, '\xfe'), true},
      {"zeros", std::string(5000, '\0'), true},
      {"rubbish later", greeting() + std::string(5000, '\xfe'), true},
      {"a frame above the bound", greeting() + endless + std::string(100'000, 'x'), true},
  };
  std::vector<std::unique_ptr<RawClient>> staying;
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    staying.push_back(std::make_unique<RawClient>(socket_));
    staying.back()->send(one.bytes);
    if (one.is_refused) {
      EXPECT_TRUE(staying.back()->is_closed(kPatience));
    }
    expect_answered();
  }
  staying.clear();
  expect_nothing_left();
}

// Again and again: what the heap keeps does not pile up.
TEST_F(HostileClientsTest, AThousandAtOnce) {
  for (const char* round : {"first", "second", "third"}) {
    SCOPED_TRACE(round);
    const auto clients = connect(1000);
    expect_answered();
    for (const auto& client : clients) EXPECT_TRUE(client->send(greeting()));
    expect_answered();
    EXPECT_GE(descriptors(), 1000);
    EXPECT_LE(threads(), kMostThreads);
  }
  expect_nothing_left();
}

// Those above the limit wait in the kernel's queue, and are not turned away.
TEST_F(HostileClientsTest, MoreThanItsDescriptors) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit tight{.rlim_cur = 64, .rlim_max = limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &tight);
  start();
  setrlimit(RLIMIT_NOFILE, &limit);
  auto clients = connect(100);
  wait_for([&] { return descriptors() >= 64; });
  EXPECT_GE(descriptors(), 64);
  long ticks = 0;  // it may not spin, once it has taken the others in
  wait_for(
      [&] {
        const long before = processor_ticks();
        std::this_thread::sleep_for(milliseconds(500));
        ticks = processor_ticks() - before;
        return ticks <= 10;
      },
      std::chrono::seconds(3));
  EXPECT_LE(ticks, 10) << "of a hundred a second";
  clients.resize(20);
  expect_answered();
  clients.clear();
  expect_nothing_left();
}

TEST_F(HostileClientsTest, FloodsOfFrames) {
  const std::string ping = frame(kPing, 0, 0, "12345678");
  expect_to_bear([&](unsigned) { return ping; });
  const std::string settings = frame(kSettings, 0, 0, "");
  expect_to_bear([&](unsigned) { return settings; });
  const std::string open = frame(kHeaders, 0, 1, call_headers(kInfoMethod));
  expect_to_bear([&](unsigned n) {  // headers without end
    return (n == 0 ? open : "") +
           frame(kContinuation, 0, 1, header("x-more", std::string(120, 'x')));
  });
  expect_nothing_left();
}

// Calls that are taken back at once (CVE-2023-44487), by a client that reads nothing: its socket is
// soon full of answers.
TEST_F(HostileClientsTest, CallsTakenBack) {
  RawClient client(socket_);
  client.send(greeting());
  for (unsigned stream = 1; stream < 20'000; stream += 2) {
    client.send(frame(kHeaders, kEndHeaders, stream, call_headers(kInfoMethod)) +
                frame(kResetStream, 0, stream, std::string_view("\0\0\0\x08", 4)));
    if (stream % 200 == 1) {
      EXPECT_LE(threads(), kMostThreads);
    }
    if (stream % 2000 == 1) expect_answered();
  }
  expect_answered();
}

TEST_F(HostileClientsTest, AFullSocketHoldsUpNobodyAndNotTheEnd) {
  RawClient client(socket_);
  client.send(greeting());
  for (unsigned stream = 1; stream < 6000; stream += 2) {
    client.send(http2::call(stream, kInfoMethod, ""));
  }
  expect_answered();
  EXPECT_LE(threads(), kMostThreads);
  program_->send(SIGTERM);
  EXPECT_EQ(program_->wait(), 0);
}

TEST_F(HostileClientsTest, ManyCallsAtOnce) {
  const std::string request = field(1, "<domain>" + std::string(kMebibyte / 4, 'x') + "</domain>") +
                              field(2, vmi_without_us());
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  callers.reserve(100);
  for (int i = 0; i < 100; ++i) {
    callers.emplace_back([&] {
      const Answer answer = call(dial(socket_), callback("v1alpha3", "OnDefineDomain"), request);
      EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
      answered += answer.status.ok() ? 1 : 0;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 100);
  expect_nothing_left();
}

TEST_F(HostileClientsTest, MessagesUpToTheBoundAndAboveIt) {
  const std::string domain = "<domain/>";
  const std::string some = field(1, domain) + field(2, vmi_without_us());
  const auto ask = [&](size_t bytes) {
    return call(dial(socket_), callback("v1alpha3", "OnDefineDomain"),
                some + field(15, std::string(bytes - some.size() - 5, 'x')));
  };
  EXPECT_EQ(ask(16 * kMebibyte).bytes, field(1, domain));
  const Answer answer = ask(16 * kMebibyte + 1);
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("larger than max (16777217 vs. 16777216)"));
  expect_nothing_left();
}

// A window of nothing: the sidecar has its answers ready and may not send them. It keeps the
// newest, goes on answering others, and all is well when they have gone.
TEST_F(HostileClientsTest, AnswersThatNobodyReads) {
  auto clients = connect(1000);
  const std::string no_window = frame(kSettings, 0, 0, std::string_view("\0\x04\0\0\0\0", 6));
  const std::string request = domain_call(1, 40'000);
  for (const auto& client : clients) {
    EXPECT_TRUE(client->send(std::string(kPreface) + no_window + request));
  }
  wait_for([&] { return answers_logged() == 1000; });
  EXPECT_EQ(answers_logged(), 1000);
  expect_answered();
  EXPECT_TRUE(call(dial(socket_), callback("v1alpha1", "OnDefineDomain"),
                   field(1, "<domain/>") + field(2, vmi_without_us()))
                  .status.ok());
  const long bound = 60'000 + kSparedKilobytes;  // 32 MiB of answers, and a thousand connections
  wait_for([&] { return kilobytes() - kilobytes_ < bound; }, std::chrono::seconds(20));
  EXPECT_LT(kilobytes() - kilobytes_, bound);
  EXPECT_LE(threads(), kMostThreads);
  clients.clear();
  expect_nothing_left();
}

TEST_F(HostileClientsTest, TheEndWaitsForNobody) {
  const std::string headers = frame(kHeaders, kEndHeaders, 1, call_headers(kInfoMethod));
  for (const bool by_signal : {true, false}) {
    const auto silent = connect(20);
    const auto half = connect(20);
    for (const auto& client : half) client->send(greeting() + headers);
    expect_answered();
    if (by_signal) {
      program_->send(SIGTERM);
    } else {
      EXPECT_TRUE(call(dial(socket_), callback("v1alpha3", "Shutdown"), "").status.ok());
    }
    EXPECT_EQ(program_->wait(), 0);
    EXPECT_THAT(folder_.names(), testing::IsEmpty());
    start();
  }
}

}  // namespace
}  // namespace patchbay::sidecar
