#include "cli/write_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "plan/error.h"
#include "plan/read_stream.h"
#include "plan/text.h"

namespace patchbay::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kListed = 20;  // files in one message

enum class State { kMissing, kSame, kOther };

State state_of(const fs::path& path, const std::string& text) {
  if (fs::symlink_status(path).type() == fs::file_type::not_found) return State::kMissing;
  std::ifstream file(path, std::ios::binary);
  return read_to_end(file) == text ? State::kSame : State::kOther;
}

// Gone at the end with whatever is in it.
class ScratchFolder {
 public:
  explicit ScratchFolder(const fs::path& parent) {
    std::string name = (parent / ".patchbay-XXXXXX").string();
    if (!mkdtemp(name.data())) {
      throw Error(Errc::kIo, std::string("can't be written to: ") + std::strerror(errno),
                  parent.string());
    }
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  fs::path file(size_t number) const { return path_ / std::to_string(number); }

 private:
  fs::path path_;
};

void write(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) {
    throw Error(Errc::kIo, std::string("can't be written: ") + std::strerror(errno), path.string());
  }
}

void refuse(const std::vector<std::string>& others, const std::string& folder) {
  const size_t listed = std::min(others.size(), kListed);
  std::string names = join({others.begin(), others.begin() + static_cast<ptrdiff_t>(listed)});
  if (others.size() > listed) names += " and " + std::to_string(others.size() - listed) + " more";
  throw Error(Errc::kConflict,
              "has other files of these names, and nothing was written: " + names +
                  "; choose another folder, or --force to replace them",
              folder);
}

WrittenFiles write_all(const fs::path& folder, const std::vector<OutputFile>& files, bool replace) {
  WrittenFiles written;
  std::vector<const OutputFile*> open;
  std::vector<std::string> others;
  for (const OutputFile& file : files) {
    const State state = state_of(folder / file.path, file.text);
    if (state == State::kSame) ++written.same;
    if (state == State::kMissing) ++written.made;
    if (state == State::kOther) others.push_back(file.path);
    if (state != State::kSame) open.push_back(&file);
  }
  if (!others.empty() && !replace) refuse(others, folder.string());
  written.replaced = others.size();
  fs::create_directories(folder);
  const ScratchFolder scratch(folder);
  for (size_t i = 0; i < open.size(); ++i) write(scratch.file(i), open[i]->text);
  for (size_t i = 0; i < open.size(); ++i) {
    const fs::path path = folder / open[i]->path;
    fs::create_directories(path.parent_path());
    fs::rename(scratch.file(i), path);
  }
  return written;
}

}  // namespace

WrittenFiles write_files(const std::string& folder, const std::vector<OutputFile>& files,
                         bool replace) {
  try {
    return write_all(folder, files, replace);
  } catch (const fs::filesystem_error& error) {
    // Of a rename, the second is the file that was to be.
    const fs::path& path = error.path2().empty() ? error.path1() : error.path2();
    throw Error(Errc::kIo, "can't be written: " + error.code().message(), path.string());
  }
}

}  // namespace patchbay::cli
