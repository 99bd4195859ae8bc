#include "binding/step.h"

namespace patchbay {

void apply(const Step& step, Kernel& kernel) {
  std::visit([&kernel](const auto& s) { s.apply(kernel); }, step);
}

Differences verify(const Step& step, Kernel& kernel) {
  return std::visit([&kernel](const auto& s) { return s.verify(kernel); }, step);
}

void undo(const Step& step, Kernel& kernel) {
  std::visit([&kernel](const auto& s) { s.undo(kernel); }, step);
}

std::string to_string(const Step& step) {
  return std::visit([](const auto& s) { return s.text(); }, step);
}

std::vector<IfName> links_of(const Step& step) {
  return std::visit([](const auto& s) { return s.links(); }, step);
}

}  // namespace patchbay
