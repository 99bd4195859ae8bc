#include "binding/garbage.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "binding/attempts.h"
#include "binding/parked.h"
#include "binding/verbs.h"
#include "plan/error.h"
#include "plan/names.h"

namespace patchbay {
namespace {

// Sorted, so that the first failure is always the same. Only what a namespace's name looks like is
// ever opened: a FIFO would wait for its writer.
std::vector<std::string> files_in(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> paths;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code unknown;
    if (entry->is_regular_file(unknown)) paths.push_back(entry->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw Error(Errc::kIo, "could not list the network namespaces: " + error.message(), folder);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool is_stale(const PodState& pod, const IfName& record, const GarbageCall& call) {
  try {
    const auto parked = find_record(pod, record);
    if (!parked || parked->wiring.owner.network != call.network) return false;
    const std::string& mark = parked->wiring.owner.attachment;
    return std::find(call.valid.begin(), call.valid.end(), mark) == call.valid.end();
  } catch (const Error&) {
    return false;  // whose it is can't be read
  }
}

std::vector<IfName> stale_records(const PodState& pod, const GarbageCall& call) {
  std::vector<IfName> stale;
  for (const PodLink& link : pod.links) {
    if (is_record_name(link.name.str()) && is_stale(pod, link.name, call)) {
      stale.push_back(link.name);
    }
  }
  return stale;
}

// Chained with "always", the pod's interface has a name of the runtime's own.
LinkNames names_of(const PodState& pod, const IfName& record) {
  const LinkNames usual = link_names_beside(hashed_pod_name(record));
  if (find_link(pod, usual.pod.str()) != nullptr) return usual;
  for (const PodLink& link : pod.links) {
    LinkNames names = link_names_beside(link.name);
    if (names.record == record) return names;
  }
  return usual;
}

// Nothing where the namespace is gone.
template <typename Open>
auto unless_gone(Open&& open) -> std::optional<decltype(open())> {
  try {
    return open();
  } catch (const Error& error) {
    if (error.errc() == Errc::kNotFound) return std::nullopt;
    throw;
  }
}

void collect_in(const std::string& path, const GarbageCall& call, Diagnostics& diagnostics) {
  const auto pod = unless_gone([&] { return call.read_pod(path); });
  if (!pod) return;
  const auto stale = stale_records(*pod, call);
  if (stale.empty()) return;
  const auto kernel = unless_gone([&] { return call.open_kernel(path); });
  if (!kernel) return;
  Attempts attempts;
  for (const IfName& record : stale) {
    // Until the lock was ours, an ADD or DEL may have been at work.
    if (!is_stale(PodState{record_links(**kernel, record)}, record, call)) continue;
    attempts.attempt([&] {
      const AttachmentCall attachment{.network = call.network, .names = names_of(*pod, record)};
      del(**kernel, attachment, diagnostics);
      diagnostics.push_back({Severity::kNote, call.network, path,
                             "took away what an attachment that is no longer valid had left at " +
                                 attachment.names.pod.str(),
                             ""});
    });
  }
  attempts.report();
}

}  // namespace

std::vector<std::string> usual_namespace_folders() { return {"/run/netns"}; }

void collect_garbage(const GarbageCall& call, Diagnostics& diagnostics) {
  Attempts attempts;
  for (const std::string& folder : call.namespace_folders) {
    attempts.attempt([&] {
      for (const std::string& path : files_in(folder)) {
        attempts.attempt([&] {
          try {
            collect_in(path, call, diagnostics);
          } catch (const Error& error) {
            throw Error(error.errc(), error.what(), path);
          }
        });
      }
    });
  }
  attempts.report();
}

}  // namespace patchbay
