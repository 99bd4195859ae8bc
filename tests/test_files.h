// The files that tests read: fixtures and golden texts.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace patchbay {

inline std::filesystem::path fixtures() {
  return std::filesystem::path(TEST_SOURCE_DIR) / "fixtures";
}

// Throws what fails the test where there is no such file.
inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : throw std::runtime_error("can't read " + path.string());
}

}  // namespace patchbay
