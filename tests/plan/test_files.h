// Fixtures for the tests of plan/.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace patchbay {

inline std::filesystem::path fixtures() {
  return std::filesystem::path(TEST_SOURCE_DIR) / "fixtures";
}

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace patchbay
