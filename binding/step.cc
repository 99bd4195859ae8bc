#include "binding/step.h"

#include <type_traits>

namespace patchbay {
namespace {

template <typename S>
concept Undoable = requires(const S& step, Kernel& kernel) {
  step.undo(kernel);
};

}  // namespace

void apply(const Step& step, Kernel& kernel) {
  std::visit([&kernel](const auto& s) { s.apply(kernel); }, step);
}

Differences verify(const Step& step, Kernel& kernel) {
  return std::visit([&kernel](const auto& s) { return s.verify(kernel); }, step);
}

bool only_makes_links(const Step& step) {
  return std::visit([](const auto& s) { return !Undoable<std::decay_t<decltype(s)>>; }, step);
}

void undo(const Step& step, Kernel& kernel) {
  std::visit(
      [&kernel](const auto& s) {
        if constexpr (Undoable<std::decay_t<decltype(s)>>) {
          s.undo(kernel);
        } else {
          kernel.delete_links(s.links());
        }
      },
      step);
}

std::string to_string(const Step& step) {
  return std::visit([](const auto& s) { return s.text(); }, step);
}

std::vector<IfName> links_of(const Step& step) {
  return std::visit([](const auto& s) { return s.links(); }, step);
}

}  // namespace patchbay
