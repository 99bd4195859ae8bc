// Folders of texts as users write them, `NAME.user.EXTENSION`, beside what becomes of them,
// `NAME.merged.EXTENSION`; `NAME.whole.EXTENSION` stays as it is. UPDATE_GOLDEN=1 writes the
// results.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "cloudinit/splice.h"
#include "tests/test_files.h"

namespace patchbay::cloudinit {

// Returns how many there were.
inline int each_scene(const std::string& folder,
                      const std::function<Spliced(const std::string&)>& change) {
  const std::filesystem::path path = std::filesystem::path(TEST_SOURCE_DIR) / folder;
  int scenes = 0;
  for (const auto& file : std::filesystem::directory_iterator(path)) {
    std::string name = file.path().filename().string();
    if (name.find(".merged.") != std::string::npos) continue;
    const Spliced result = change(read_text(file.path()));
    const size_t user = name.find(".user.");
    EXPECT_EQ(result.insertions.empty(), user == std::string::npos) << name << result.problem;
    if (user != std::string::npos) name.replace(user, 6, ".merged.");
    if (std::getenv("UPDATE_GOLDEN")) std::ofstream(path / name, std::ios::binary) << result.text;
    EXPECT_EQ(result.text, read_text(path / name)) << name;
    ++scenes;
  }
  return scenes;
}

}  // namespace patchbay::cloudinit
