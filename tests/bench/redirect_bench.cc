// Compares the ways to join a pod's NIC and a VM's tap (wiring.h) by the CPU time of one frame from
// tap to tap (tap.h). Wirings take turns, forwards and backwards, so that a drift of the machine
// meets them all.
//
//   redirect_bench [ROUNDS]
//
// Prints a table in Markdown: ns a frame as min/median/max over the rounds, and the median of the
// ratios to u32 mirred of the same round.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
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
  int batches;  // so that one measurement takes some tenths of a second
};
constexpr Load kLoads[] = {
    {"64", 64, false, 64, 1200}, {"1400", 1400, false, 64, 1200}, {"GSO", 60000, true, 8, 1500}};
constexpr const char* kWays[] = {"from guest", "to guest"};

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

double nanoseconds_a_frame(const Load& load, const Tap& from, const Tap& to, bool from_guest) {
  const std::string frame = make_frame(load, from_guest ? 1 : 2, from_guest ? 2 : 1);
  return cost_of_a_frame(frame, load.batch, load.batches, from, to).cpu;
}

using Cell = std::pair<std::string, std::string>;     // wiring, load and way
using Figures = std::map<Cell, std::vector<double>>;  // one for each round

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string column(const Load& load, const char* way) { return std::string(load.name) + " " + way; }

void measure(const NamedWiring& named, Figures& figures) {
  const Tap guest(kGuest), world(kWorld);
  std::string why;
  if (!build_wiring(named.wiring, why)) {
    std::fprintf(stderr, "%s: not on this kernel: %s\n", named.name, why.c_str());
  } else {
    for (const Load& load : kLoads) {
      figures[{named.name, column(load, kWays[0])}].push_back(
          nanoseconds_a_frame(load, guest, world, true));
      figures[{named.name, column(load, kWays[1])}].push_back(
          nanoseconds_a_frame(load, world, guest, false));
    }
  }
  remove_wiring();
}

void print(const Figures& figures) {
  const std::string reference = "u32 mirred";
  std::printf(
      "| wiring | frames | min | median | max | to u32 mirred |\n|---|---|---|---|---|---|\n");
  for (const Load& load : kLoads) {
    for (const char* way : kWays) {
      for (const NamedWiring& named : kWirings) {
        const auto found = figures.find({named.name, column(load, way)});
        if (found == figures.end()) continue;
        const std::vector<double>& values = found->second;
        const std::vector<double>& others = figures.at({reference, column(load, way)});
        std::vector<double> ratios;
        for (size_t n = 0; n < values.size(); ++n) ratios.push_back(values[n] / others[n]);
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        std::printf("| %s | %s | %.0f | %.0f | %.0f | %.3f |\n", named.name,
                    column(load, way).c_str(), *least, median(values), *most, median(ratios));
      }
    }
  }
}

}  // namespace
}  // namespace patchbay::bench

int main(int argc, char** argv) {
  using namespace patchbay::bench;
  try {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 9;
    enter_own_namespaces();
    Figures figures;
    for (int round = 0; round < rounds; ++round) {
      std::vector<NamedWiring> order(std::begin(kWirings), std::end(kWirings));
      if (round % 2 != 0) std::reverse(order.begin(), order.end());
      for (const NamedWiring& named : order) measure(named, figures);
    }
    print(figures);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "redirect_bench: %s\n", error.what());
    return 1;
  }
}
