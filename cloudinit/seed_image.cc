// The one user of libisofs.
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>

#include "cloudinit/seed.h"
#include "plan/error.h"

#define LIBISOFS_WITHOUT_LIBBURN  // its struct burn_source, without the library that burns discs
extern "C" {
#include <libisofs.h>
}

namespace patchbay::cloudinit {
namespace {

// Every time on the disc, 1980-01-01: the first that any reader can show.
constexpr time_t kTimestamp = 315532800;
constexpr size_t kFewestFifoBlocks = 32;
constexpr size_t kBlockBytes = 2048;
constexpr int kIsoLevel = 2;  // names of up to 31 characters for readers without an extension
constexpr mode_t kFileMode = S_IFREG | 0444;

int checked(int result, const char* doing) {
  if (result >= 0) return result;
  const char* const reason = iso_error_to_msg(result);
  throw Error(Errc::kInternal, std::string("making the seed disc failed, ") + doing + ": " +
                                   (reason == nullptr ? "for an unknown reason" : reason));
}

// libisofs wants char* for texts that it copies.
char* c_text(std::string& text) { return text.data(); }

// libisofs between its beginning and its end; its settings are the process's.
class Library {
 public:
  Library() : lock_(mutex()) {
    checked(iso_init_with_flag(1), "beginning");  // 1: without the environment's locale
    std::string never = "NEVER";
    std::string nothing;
    checked(iso_set_msgs_severities(c_text(never), c_text(never), c_text(nothing)), "set quiet");
    std::string charset = "UTF-8";
    checked(iso_set_local_charset(c_text(charset), 0), "choosing the character set");
    time_t now = kTimestamp;
    iso_nowtime(&now, 1);
  }
  ~Library() { iso_finish(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex one_at_a_time;
    return one_at_a_time;
  }
  std::lock_guard<std::mutex> lock_;
};

struct Release {
  void operator()(IsoImage* image) const { iso_image_unref(image); }
  void operator()(IsoWriteOpts* options) const { iso_write_opts_free(options); }
  void operator()(IsoStream* stream) const { iso_stream_unref(stream); }
  void operator()(burn_source* source) const {
    source->cancel(source);  // the thread that writes; without effect once all is read
    source->free_data(source);
    std::free(source);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

IsoDir* folder_in(IsoImage* image, IsoDir* parent, const std::string& name) {
  IsoNode* found = nullptr;
  if (iso_dir_get_node(parent, name.c_str(), &found) == 1) return ISO_DIR(found);
  IsoDir* made = nullptr;
  checked(iso_image_add_new_dir(image, parent, name.c_str(), &made), "adding a folder");
  return made;
}

Owned<IsoStream> stream_of(const std::string& text) {
  // libisofs frees it; at least one byte, for it takes no null pointer.
  auto* const bytes = static_cast<unsigned char*>(std::malloc(text.size() + 1));
  if (bytes == nullptr) throw std::bad_alloc();
  std::memcpy(bytes, text.data(), text.size());
  IsoStream* stream = nullptr;
  const int result = iso_memory_stream_new(bytes, text.size(), &stream);
  if (result < 0) std::free(bytes);
  checked(result, "taking a text");
  return Owned<IsoStream>(stream);
}

void add(IsoImage* image, const SeedFile& file) {
  IsoDir* folder = iso_image_get_root(image);
  size_t begin = 0;
  for (size_t end; (end = file.path.find('/', begin)) != std::string::npos; begin = end + 1) {
    folder = folder_in(image, folder, file.path.substr(begin, end - begin));
  }
  Owned<IsoStream> stream = stream_of(file.text);
  IsoFile* added = nullptr;
  checked(iso_image_add_new_file(image, folder, file.path.c_str() + begin, stream.get(), &added),
          "adding a file");
  stream.release();  // the file has taken it
  iso_node_set_permissions(reinterpret_cast<IsoNode*>(added), kFileMode);
}

Owned<IsoWriteOpts> options() {
  IsoWriteOpts* made = nullptr;
  checked(iso_write_opts_new(&made, 0), "choosing the options");
  Owned<IsoWriteOpts> options(made);
  checked(iso_write_opts_set_iso_level(made, kIsoLevel), "choosing the level");
  checked(iso_write_opts_set_rockridge(made, 1), "choosing Rock Ridge");
  checked(iso_write_opts_set_joliet(made, 1), "choosing Joliet");
  checked(iso_write_opts_set_relaxed_vol_atts(made, 1), "allowing a label in lower case");
  checked(iso_write_opts_set_output_charset(made, "UTF-8"), "choosing the character set");
  checked(iso_write_opts_set_always_gmt(made, 1), "choosing the time zone");
  checked(iso_write_opts_set_fifo_size(made, kFewestFifoBlocks), "choosing the buffer");
  return options;
}

std::string read_all(burn_source* source) {
  std::string image;
  std::array<unsigned char, kBlockBytes> block{};
  int got = 0;
  while ((got = source->read_xt(source, block.data(), kBlockBytes)) > 0) {
    image.append(reinterpret_cast<const char*>(block.data()), static_cast<size_t>(got));
  }
  checked(got, "writing it");
  return image;
}

}  // namespace

std::string iso_image(const Seed& seed) {
  const Library library;
  IsoImage* made = nullptr;
  checked(iso_image_new(seed.label.c_str(), &made), "beginning the image");
  const Owned<IsoImage> image(made);
  for (const SeedFile& file : seed.files) add(made, file);
  const Owned<IsoWriteOpts> write_options = options();
  burn_source* begun = nullptr;
  checked(iso_image_create_burn_source(made, write_options.get(), &begun), "beginning to write it");
  const Owned<burn_source> source(begun);
  return read_all(begun);
}

}  // namespace patchbay::cloudinit
