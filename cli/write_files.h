// Files that a command leaves behind, all of them or none.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace patchbay::cli {

struct OutputFile {
  std::string path;  // below the folder
  std::string text;
};

struct WrittenFiles {
  size_t made = 0;
  size_t replaced = 0;
  size_t same = 0;  // were there with the same bytes, and are left as they are
};

// Each file appears whole, once all are on the disk beside it. The folder is made where it is
// missing, and so are those in it. Throws Error{kConflict} before anything is written where a file
// is there with other bytes and `replace` is not set, with all their names; Error{kIo} where the
// system refuses.
WrittenFiles write_files(const std::string& folder, const std::vector<OutputFile>& files,
                         bool replace);

}  // namespace patchbay::cli
