// Doing everything that can be done although a part of it fails: what DEL and a rollback need.
#pragma once

#include <optional>
#include <utility>

#include "plan/error.h"

namespace patchbay {

class Attempts {
 public:
  template <typename Action>
  void attempt(Action&& action) {
    try {
      std::forward<Action>(action)();
    } catch (const Error& error) {
      if (!first_) first_ = error;
    }
  }

  const std::optional<Error>& first_failure() const { return first_; }
  void report() const {
    if (first_) throw *first_;
  }

 private:
  std::optional<Error> first_;
};

}  // namespace patchbay
