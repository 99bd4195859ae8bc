// A tap as a benchmark's guest or world opens it, and what a frame from one to another costs: a
// single thread writes a batch into one tap and reads it from the other, so that the system calls,
// the wiring, the veth and the node's bridge are all done on its account, softirqs too, and other
// programs on the machine hardly matter to its CPU time.
#pragma once

#include <string>
#include <vector>

namespace patchbay::bench {

// Throws std::system_error of errno.
[[noreturn]] void fail(const std::string& what);

// Up, with a struct virtio_net_hdr before each frame and all offloads; in the network namespace of
// the thread that makes it. One that is there already is opened, a macvtap too.
class Tap {
 public:
  explicit Tap(const char* name);
  ~Tap();
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  void send(const std::string& frame) const;
  // Reads `count` frames as long as `like`; others are not counted. False where none came for
  // `patience` milliseconds.
  bool receive(int count, const std::string& like, int patience) const;

 private:
  int fd_;
};

struct Cost {
  double cpu, wall;  // ns a frame
};

// Of `batches` times `batch` frames; a batch is below a tap's queue of 500.
Cost cost_of_a_frame(const std::string& frame, int batch, int batches, const Tap& from,
                     const Tap& to);

// ns from writing `there` into `one` until `back`, written into `other` on its arrival, has
// arrived: for each of `count`. In the one thread, no scheduler is in it.
std::vector<double> round_trips(const std::string& there, const std::string& back, int count,
                                const Tap& one, const Tap& other);

}  // namespace patchbay::bench
