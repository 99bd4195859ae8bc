#include "plan/names.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "plan/error.h"
#include "tests/test_files.h"

namespace patchbay {
namespace {

// tests/fixtures/names.tsv was made by KubeVirt's own namescheme: network (JSON string), pod, tap,
// ….
TEST(LinkNames, AreKubeVirts) {
  std::istringstream lines(read_text(fixtures() / "names.tsv"));
  std::string line;
  size_t compared = 0;
  while (std::getline(lines, line)) {
    if (!line.starts_with('"')) continue;
    std::istringstream columns(line);
    std::string network;
    std::string pod;
    std::string tap;
    std::getline(columns, network, '\t');
    std::getline(columns, pod, '\t');
    std::getline(columns, tap, '\t');
    const LinkNames names = link_names(nlohmann::json::parse(network).get<std::string>());
    EXPECT_EQ(names.pod.str(), pod) << network;
    EXPECT_EQ(names.tap.str(), tap) << network;
    EXPECT_EQ(names.record.str(), "pb" + pod.substr(3)) << network;
    EXPECT_EQ(names.listener.str(), "all" + pod.substr(3)) << network;
    EXPECT_EQ(names.control.str(), "ctl" + pod.substr(3)) << network;
    EXPECT_TRUE(is_hashed_pod_name(pod));
    ++compared;
  }
  EXPECT_GT(compared, 15U);
}

TEST(LinkNames, ContinueTheRecordInOrder) {
  const IfName record = IfName::parse("pb3a6eb0790f3");
  EXPECT_EQ(record_link_name(record, 0).str(), "pb3a6eb0790f3");
  EXPECT_EQ(record_link_name(record, 1).str(), "pb3a6eb0790f3a");
  EXPECT_EQ(record_link_name(record, kMaxRecordLinks - 1).str(), "pb3a6eb0790f3z");
  EXPECT_THROW(record_link_name(record, kMaxRecordLinks), Error);
}

TEST(LinkNames, TellHashedPodNamesFromOthers) {
  for (const char* name : {"net1", "eth0", "pod3a6eb0790f", "pod3a6eb0790f33", "pod3A6EB0790F3",
                           "podxa6eb0790f3", "tap3a6eb0790f3"}) {
    EXPECT_FALSE(is_hashed_pod_name(name)) << name;
  }
}

TEST(LinkNames, LeadFromARecordToItsPodInterface) {
  EXPECT_TRUE(is_record_name("pb3a6eb0790f3"));
  for (const char* name : {"pb3a6eb0790f3a", "pb3a6eb0790f", "pod3a6eb0790f3", "pb3A6EB0790F3"}) {
    EXPECT_FALSE(is_record_name(name)) << name;
  }
  EXPECT_EQ(hashed_pod_name(IfName::parse("pb3a6eb0790f3")).str(), "pod3a6eb0790f3");
}

}  // namespace
}  // namespace patchbay
