#include "bench/tap.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <system_error>

namespace patchbay::bench {
namespace {

constexpr int kPatience = 5000;  // milliseconds

double nanoseconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// /dev/net/tun, or what stands for a macvtap: its number is in sysfs, tap<index>/dev.
int open_device(const char* name) {
  const std::string link = std::string("/sys/class/net/") + name;
  const std::string device = link + "/tap" + std::to_string(if_nametoindex(name)) + "/dev";
  unsigned major = 0, minor = 0;
  std::string path = "/dev/net/tun";
  if (std::FILE* file = std::fopen(device.c_str(), "r")) {
    const bool read = std::fscanf(file, "%u:%u", &major, &minor) == 2;
    std::fclose(file);
    path = "/dev/shm/macvtap-" + std::to_string(getpid());
    if (!read || mknod(path.c_str(), S_IFCHR | 0600, makedev(major, minor)) != 0) fail(device);
  }
  const int fd = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail("open " + path);
  if (major != 0) unlink(path.c_str());
  return fd;
}

}  // namespace

void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

Tap::Tap(const char* name) : fd_(open_device(name)) {
  ifreq request{};
  std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  if (ioctl(fd_, TUNSETIFF, &request) != 0) fail(std::string("make the tap ") + name);
  if (ioctl(fd_, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) != 0) fail("set offloads");
  if (std::system((std::string("ip link set ") + name + " up").c_str()) != 0) fail("tap up");
}

Tap::~Tap() { close(fd_); }

void Tap::send(const std::string& frame) const {
  if (write(fd_, frame.data(), frame.size()) < 0) fail("write a frame");
}

bool Tap::receive(int count, const std::string& like, int patience) const {
  static std::array<char, 1 << 16> buffer;
  while (count > 0) {
    const ssize_t size = read(fd_, buffer.data(), buffer.size());
    if (size == static_cast<ssize_t>(like.size())) --count;
    if (size >= 0) continue;
    pollfd ready{fd_, POLLIN, 0};
    if (errno != EAGAIN) fail("read a frame");
    if (poll(&ready, 1, patience) == 0) return false;
  }
  return true;
}

Cost cost_of_a_frame(const std::string& frame, int batch, int batches, const Tap& from,
                     const Tap& to) {
  double cpu = 0, wall = 0;
  for (int turn = -batches / 10; turn < batches; ++turn) {
    if (turn == 0) {
      cpu = nanoseconds_of(CLOCK_THREAD_CPUTIME_ID);
      wall = nanoseconds_of(CLOCK_MONOTONIC);
    }
    for (int n = 0; n < batch; ++n) from.send(frame);
    if (!to.receive(batch, frame, kPatience)) throw std::runtime_error("a frame did not arrive");
  }
  const double frames = static_cast<double>(batch) * batches;
  return {.cpu = (nanoseconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu) / frames,
          .wall = (nanoseconds_of(CLOCK_MONOTONIC) - wall) / frames};
}

std::vector<double> round_trips(const std::string& there, const std::string& back, int count,
                                const Tap& one, const Tap& other) {
  std::vector<double> trips;
  for (int n = 0; n < count; ++n) {
    const double began = nanoseconds_of(CLOCK_MONOTONIC);
    one.send(there);
    if (!other.receive(1, there, kPatience)) throw std::runtime_error("a frame did not arrive");
    other.send(back);
    if (!one.receive(1, back, kPatience)) throw std::runtime_error("no frame came back");
    trips.push_back(nanoseconds_of(CLOCK_MONOTONIC) - began);
  }
  return trips;
}

}  // namespace patchbay::bench
