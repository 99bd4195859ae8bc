#include "binding/garbage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "pods.h"

namespace patchbay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Works on a pod's links and leaves them there when it goes.
class LentKernel final : public FakeKernel {
 public:
  explicit LentKernel(FakeKernel& pod) : pod_(pod) {
    links = pod.links;
    fail_at = pod.fail_at;
  }
  ~LentKernel() override { pod_.links = links; }

 private:
  FakeKernel& pod_;
};

class Garbage : public testing::Test {
 protected:
  Garbage() { std::filesystem::create_directories(folder); }
  ~Garbage() override { std::filesystem::remove_all(folder); }

  std::string path_of(const std::string& name) const { return folder + "/" + name; }
  FakeKernel& add_pod(const std::string& name) {
    std::ofstream(path_of(name)).flush();
    return pods[path_of(name)];
  }
  static void attach(FakeKernel& pod, const std::string& network, const std::string& container,
                     const LinkNames& names = kNames) {
    if (!pod.links.contains(names.pod)) pod.add_link(names.pod.str(), "veth").state.up = true;
    AttachmentCall call = call_without_cache();
    call.names = names;
    if (!network.empty()) call.owner = {network, attachment_mark(container, "net1")};
    Diagnostics ignored;
    add(pod, call, ignored);
  }
  void collect(const std::vector<std::string>& valid_containers) {
    GarbageCall call{.network = "blue-net", .namespace_folders = {"/nonexistent", folder}};
    for (const std::string& container : valid_containers) {
      call.valid.push_back(attachment_mark(container, "net1"));
    }
    call.read_pod = [this](const std::string& path) {
      if (gone.contains(path)) throw Error(Errc::kNotFound, "no namespace");
      PodState pod;
      for (const auto& [name, link] : pods.at(path).links) {
        pod.links.push_back({.name = name, .kind = link.state.kind, .alias = link.state.alias});
      }
      return pod;
    };
    call.open_kernel = [this](const std::string& path) -> std::unique_ptr<Kernel> {
      opened.push_back(path);
      if (meanwhile) meanwhile(path);
      if (gone.contains(path)) throw Error(Errc::kNotFound, "no namespace");
      return std::make_unique<LentKernel>(pods.at(path));
    };
    collect_garbage(call, diagnostics);
  }

  const std::string folder = testing::TempDir() + "patchbay-garbage-" + std::to_string(getpid());
  std::map<std::string, FakeKernel> pods;
  std::set<std::string> gone;
  std::vector<std::string> opened;
  std::function<void(const std::string& path)> meanwhile;  // between the look and the lock
  Diagnostics diagnostics;
};

TEST_F(Garbage, TakesAwayWhatNoValidAttachmentOwns) {
  FakeKernel& stale = add_pod("a");
  add_nic(stale);
  attach(stale, "blue-net", "forgotten");
  FakeKernel& valid = add_pod("b");
  attach(valid, "blue-net", "c0ffee");
  const FakeKernel::Links before = valid.links;
  collect({"c0ffee"});
  EXPECT_THAT(stale.links, SizeIs(1));
  const FakeKernel::Link& nic = stale.links.at(kNames.pod);
  EXPECT_FALSE(nic.state.up);
  EXPECT_FALSE(nic.ingress);
  EXPECT_EQ(nic.addresses.front().prefix.to_string(), "192.168.0.62/26");
  EXPECT_TRUE(valid.links == before);
  EXPECT_THAT(opened, ElementsAre(path_of("a")));
  ASSERT_THAT(diagnostics, SizeIs(1));
  EXPECT_EQ(diagnostics.front().where, path_of("a"));
}

TEST_F(Garbage, LeavesAloneWhatIsNotThisNetworks) {
  FakeKernel& pod = add_pod("a");
  attach(pod, "red-net", "forgotten", link_names("red"));
  attach(pod, "", "forgotten", link_names("from before owners were kept"));
  pod.add_link("pb0123456789a", "bridge");
  pod.add_link("pb0123456789b", "bridge").state.alias = R"({"v":7})";
  pod.add_link("br-plain", "bridge");
  const FakeKernel::Links before = pod.links;
  collect({});
  EXPECT_TRUE(pod.links == before);
  EXPECT_THAT(opened, IsEmpty());
}

TEST_F(Garbage, OfTwoInOnePodTakesTheStaleOne) {
  FakeKernel& pod = add_pod("a");
  attach(pod, "blue-net", "c0ffee");
  attach(pod, "blue-net", "forgotten", link_names("other"));
  collect({"c0ffee"});
  EXPECT_TRUE(pod.links.contains(kNames.record));
  EXPECT_TRUE(pod.links.contains(kNames.tap));
  EXPECT_FALSE(pod.links.contains(link_names("other").record));
  EXPECT_FALSE(pod.links.contains(link_names("other").tap));
}

// Chained with "always".
TEST_F(Garbage, FindsThePodsInterfaceUnderAnyName) {
  FakeKernel& pod = add_pod("a");
  attach(pod, "blue-net", "forgotten", link_names_beside(IfName::parse("net1")));
  EXPECT_TRUE(pod.links.at(IfName::parse("net1")).ingress);
  collect({});
  EXPECT_THAT(pod.links, SizeIs(1));
  EXPECT_FALSE(pod.links.at(IfName::parse("net1")).ingress);
}

TEST_F(Garbage, WhenTheInterfaceIsGoneTakesTheRest) {
  FakeKernel& pod = add_pod("a");
  attach(pod, "blue-net", "forgotten");
  pod.links.erase(kNames.pod);
  collect({});
  EXPECT_THAT(pod.links, IsEmpty());
}

TEST_F(Garbage, ANamespaceThatVanishesIsDone) {
  attach(add_pod("a"), "blue-net", "forgotten");
  attach(add_pod("b"), "blue-net", "forgotten");
  FakeKernel& last = add_pod("c");
  attach(last, "blue-net", "forgotten");
  gone.insert(path_of("a"));
  meanwhile = [this](const std::string& path) {
    if (path == path_of("b")) gone.insert(path);
  };
  collect({});
  EXPECT_THAT(opened, ElementsAre(path_of("b"), path_of("c")));
  EXPECT_FALSE(last.links.contains(kNames.record));
}

TEST_F(Garbage, LooksAgainOnceTheNamespaceIsLocked) {
  FakeKernel& pod = add_pod("a");
  attach(pod, "blue-net", "forgotten");
  meanwhile = [&pod](const std::string&) { attach(pod, "blue-net", "c0ffee"); };
  collect({"c0ffee"});
  EXPECT_TRUE(pod.links.contains(kNames.record));
  EXPECT_TRUE(pod.links.contains(kNames.tap));
}

TEST_F(Garbage, TriesEverythingAndReportsTheFirstFailure) {
  FakeKernel& stuck = add_pod("a");
  attach(stuck, "blue-net", "forgotten");
  stuck.fail_at = 10;
  FakeKernel& other = add_pod("b");
  attach(other, "blue-net", "forgotten");
  try {
    collect({});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::kKernel);
    EXPECT_THAT(error.what(), HasSubstr("/a: refused by the test"));
  }
  EXPECT_TRUE(stuck.links.contains(kNames.record));  // the next GC finds it
  EXPECT_FALSE(other.links.contains(kNames.record));
}

TEST_F(Garbage, OpensOnlyWhatMayBeANamespace) {
  std::filesystem::create_directory(path_of("folder"));
  std::filesystem::create_symlink("/nonexistent", path_of("dangling"));
  collect({});
  EXPECT_THAT(opened, IsEmpty());
}

}  // namespace
}  // namespace patchbay
