// What a frame costs between pairs of taps that somebody else has wired, each the one of a guest in
// its pod and one on the node's bridge. The pairs take short turns, forwards and backwards, so that
// a drift of the machine meets them all.
//
//   tap_frames POD NODE BATCH BATCHES TURNS GUEST_TAP NODE_TAP FRAME...
//
// POD and NODE are files, their network namespaces; FRAME is a file, too, the bytes that are
// written to the guest's tap, with their struct virtio_net_hdr. Prints a line for each measurement:
// which pair, from 0, and ns a frame: of CPU, and of time.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/tap.h"

namespace patchbay::bench {
namespace {

void enter(const char* name) {
  const int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0 || setns(file, CLONE_NEWNET) != 0) fail(std::string("enter ") + name);
  close(file);
}

std::string contents(const char* file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

struct Pair {
  std::unique_ptr<const Tap> from, to;
  std::string frame;
};

// A port of a bridge forwards a moment after its tap was opened.
void wait_for_the_way(const Pair& pair) {
  constexpr int kAttempts = 50, kPause = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    pair.from->send(pair.frame);
    if (pair.to->receive(1, pair.frame, kPause)) return;
  }
  throw std::runtime_error("no frame arrives");
}

std::vector<Pair> open_pairs(const char* pod, const char* node, char** names, size_t count) {
  std::vector<Pair> pairs(count);
  enter(pod);
  for (size_t n = 0; n < count; ++n) pairs[n].from = std::make_unique<Tap>(names[3 * n]);
  enter(node);
  for (size_t n = 0; n < count; ++n) {
    pairs[n].to = std::make_unique<Tap>(names[3 * n + 1]);
    pairs[n].frame = contents(names[3 * n + 2]);
    wait_for_the_way(pairs[n]);
  }
  return pairs;
}

}  // namespace
}  // namespace patchbay::bench

int main(int argc, char** argv) {
  using namespace patchbay::bench;
  constexpr int kFirstPair = 6, kOfAPair = 3;
  try {
    if (argc < kFirstPair + kOfAPair || (argc - kFirstPair) % kOfAPair != 0) {
      throw std::invalid_argument("see the source for its arguments");
    }
    const auto count = static_cast<size_t>((argc - kFirstPair) / kOfAPair);
    const std::vector<Pair> pairs = open_pairs(argv[1], argv[2], argv + kFirstPair, count);
    const int batch = std::atoi(argv[3]), batches = std::atoi(argv[4]), turns = std::atoi(argv[5]);
    for (int turn = 0; turn < turns; ++turn) {
      for (size_t n = 0; n < count; ++n) {
        const size_t which = turn % 2 == 0 ? n : count - 1 - n;
        const Pair& pair = pairs[which];
        const Cost cost = cost_of_a_frame(pair.frame, batch, batches, *pair.from, *pair.to);
        std::printf("%zu %.1f %.1f\n", which, cost.cpu, cost.wall);
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tap_frames: %s\n", error.what());
    return 1;
  }
}
