// Compares the ways to join a pod's NIC and a VM's tap (wiring.h) by the CPU time of one frame from
// tap to tap (tap.h). Wirings take turns, forwards and backwards, so that a drift of the machine
// meets them all.
//
//   redirect_bench [ROUNDS]
//
// Prints a line for each measurement, parted by tabs: what is beyond the pod's veth, the wiring,
// the frames and their way, ns a frame of CPU and of time; of round trips the median and p99, in
// ns.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "bench/tap.h"
#include "bench/wiring.h"

namespace patchbay::bench {
namespace {

// struct virtio_net_hdr and its constants; linux/virtio_net.h is no C++.
struct VirtioHeader {
  uint8_t flags, gso_type;
  uint16_t header_length, gso_size, checksum_start, checksum_offset;
};
constexpr uint8_t kNeedsChecksum = 1;
constexpr uint8_t kTcpOverIpv4 = 1;
constexpr size_t kHeader = sizeof(VirtioHeader);
constexpr size_t kEthernet = 14;
constexpr size_t kIpv4 = 20;
constexpr size_t kTcp = 20;
constexpr uint16_t kSegment = 1448;

struct Load {
  const char* name;
  size_t size;  // of the frame
  bool gso;
  int batch;
  int batches;  // so that one measurement takes about a tenth of a second
};
constexpr Load kLoads[] = {{"64 bytes", 64, false, 64, 400},
                           {"1400 bytes", 1400, false, 64, 400},
                           {"60 kB GSO", 60000, true, 8, 500}};
constexpr int kTrips = 5000;

struct NamedBeyond {
  Beyond beyond;
  const char* name;
};
constexpr NamedBeyond kBeyonds[] = {{Beyond::kRedirect, "redirect"}, {Beyond::kBridge, "bridge"}};

void put16(std::string& bytes, size_t at, size_t value) {
  bytes[at] = static_cast<char>(value >> 8);
  bytes[at + 1] = static_cast<char>(value);
}

// RFC 1071; a bridge that asks netfilter drops what has a wrong one.
size_t ipv4_checksum(const std::string& header) {
  size_t sum = 0;
  for (size_t n = 0; n < header.size(); n += 2) {
    sum += static_cast<size_t>(static_cast<uint8_t>(header[n])) << 8;
    sum += static_cast<uint8_t>(header[n + 1]);
  }
  while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
  return ~sum & 0xffff;
}

// A TCP segment with its checksum left to do; a plain frame is one of an unused EtherType.
std::string make_frame(const Load& load, char from, char to) {
  std::string frame(kHeader + load.size, '\0');
  const size_t ethernet = kHeader, ip = ethernet + kEthernet, tcp = ip + kIpv4;
  frame[ethernet] = frame[ethernet + 6] = 2;
  frame[ethernet + 5] = to;
  frame[ethernet + 11] = from;
  put16(frame, ethernet + 12, load.gso ? 0x0800 : 0x88b5);
  if (!load.gso) return frame;
  const VirtioHeader header{.flags = kNeedsChecksum,
                            .gso_type = kTcpOverIpv4,
                            .header_length = kEthernet + kIpv4 + kTcp,
                            .gso_size = kSegment,
                            .checksum_start = kEthernet + kIpv4,
                            .checksum_offset = 16};
  std::memcpy(frame.data(), &header, sizeof header);
  frame[ip] = 0x45;
  put16(frame, ip + 2, load.size - kEthernet);
  frame[ip + 8] = 64;
  frame[ip + 9] = 6;
  frame[ip + 12] = frame[ip + 16] = 10;
  frame[ip + 15] = from;
  frame[ip + 19] = to;
  put16(frame, ip + 10, ipv4_checksum(frame.substr(ip, kIpv4)));
  frame[tcp + 12] = 0x50;
  return frame;
}

void print(const char* beyond, const char* wiring, const std::string& what, double one,
           double other) {
  std::printf("%s\t%s\t%s\t%.1f\t%.1f\n", beyond, wiring, what.c_str(), one, other);
}

double percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
}

void measure_ways(const char* beyond, const char* wiring, const Tap& guest, const Tap& world) {
  for (const Load& load : kLoads) {
    const std::string out = make_frame(load, 1, 2), in = make_frame(load, 2, 1);
    const Cost from_guest = cost_of_a_frame(out, load.batch, load.batches, guest, world);
    const Cost to_guest = cost_of_a_frame(in, load.batch, load.batches, world, guest);
    print(beyond, wiring, std::string(load.name) + " from guest", from_guest.cpu, from_guest.wall);
    print(beyond, wiring, std::string(load.name) + " to guest", to_guest.cpu, to_guest.wall);
  }
  const std::vector<double> trips =
      round_trips(make_frame(kLoads[0], 1, 2), make_frame(kLoads[0], 2, 1), kTrips, guest, world);
  print(beyond, wiring, "round trip", percentile(trips, 0.5), percentile(trips, 0.99));
}

void measure(const NamedWiring& named, const NamedBeyond& beyond) {
  const Tap world(kWorld);
  std::optional<Tap> guest;
  if (named.wiring != Wiring::kMacvtap) guest.emplace(kGuest);
  std::string why;
  if (build_wiring(named.wiring, beyond.beyond, why)) {
    if (!guest) guest.emplace(kGuest);
    measure_ways(beyond.name, named.name, *guest, world);
  } else {
    std::fprintf(stderr, "%s: not on this kernel: %s\n", named.name, why.c_str());
  }
  remove_wiring();
}

}  // namespace
}  // namespace patchbay::bench

int main(int argc, char** argv) {
  using namespace patchbay::bench;
  try {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 9;
    enter_own_namespaces();
    for (int round = 0; round < rounds; ++round) {
      std::vector<NamedWiring> order(std::begin(kWirings), std::end(kWirings));
      if (round % 2 != 0) std::reverse(order.begin(), order.end());
      for (const NamedBeyond& beyond : kBeyonds) {
        for (const NamedWiring& named : order) measure(named, beyond);
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "redirect_bench: %s\n", error.what());
    return 1;
  }
}
