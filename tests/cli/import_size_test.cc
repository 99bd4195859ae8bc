// How big a VM is, as each kind of source says it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources.h"

namespace patchbay::cli {
namespace {

using ::testing::HasSubstr;

void expect_size(const Vm& vm, uint64_t memory_mib, uint64_t sockets, uint64_t cores) {
  EXPECT_EQ(vm.memory_mib, memory_mib);
  EXPECT_EQ(vm.sockets, sockets);
  EXPECT_EQ(vm.cores, cores);
}

const char kHardware[] = R"({"_typeName": "VirtualHardware", "numCPU": 8, "numCoresPerSocket": 4,
    "memoryMB": 2048, "device": [{"key": 4000, "macAddress": "00:50:56:00:00:01"}]})";

TEST(ImportSize, OfTheFixtures) {
  for (const char* file : {"vm.info/web01-rhel9.json", "vi-json/app02-ubuntu.config.hardware.json",
                           "vmx/app02-ubuntu.vmx", "ovf/web01-rhel9.ovf"}) {
    SCOPED_TRACE(file);
    expect_size(import({file}).vms.begin()->second, 4096, 2, 1);
  }
}

TEST(ImportSize, CoresAreSharedOutToSockets) {
  expect_size(import_texts({kHardware}).vms.begin()->second, 2048, 2, 4);
  const std::string vmx =
      "displayName = \"a\"\nvirtualHW.version = \"19\"\nmemSize = \"1024\"\nnumvcpus = \"6\"\n";
  expect_size(import_texts({vmx}).vms.begin()->second, 1024, 6, 1);
  expect_size(import_texts({vmx + "cpuid.coresPerSocket = \"3\"\n"}).vms.begin()->second, 1024, 2,
              3);
  expect_size(import_texts({vmx + "cpuid.coresPerSocket = \"4\"\n"}).vms.begin()->second, 1024, 6,
              1);
}

TEST(ImportSize, OfOvirtsApiInBytesAndInQuotes) {
  const std::string vm = R"({"id": "1", "name": "erp", "os": {"type": "rhel_9x64"},
      "memory": "8589934592", "cpu": {"topology": {"sockets": "2", "cores": 4, "threads": "1"}}})";
  expect_size(import_texts({vm}).vms.at("erp"), 8192, 2, 4);
}

TEST(ImportSize, OfOvirtsOvf) {
  const std::string ovf = R"(<Envelope><Content><Name>erp</Name>
      <Section xsi:type="ovf:VirtualHardwareSection_Type" xmlns:xsi="x">
      <Item><ResourceType>3</ResourceType><num_of_sockets>2</num_of_sockets>
      <cpu_per_socket>4</cpu_per_socket></Item>
      <Item><ResourceType>4</ResourceType><AllocationUnits>MegaBytes</AllocationUnits>
      <VirtualQuantity>8192</VirtualQuantity></Item></Section></Content></Envelope>)";
  expect_size(import_texts({ovf}).vms.at("erp"), 8192, 2, 4);
}

TEST(ImportSize, WhatIsNoSizeIsNotSaid) {
  for (const char* memory : {"-1", "\"much\"", "1e3", "99999999999999999999", "null", "[1]"}) {
    SCOPED_TRACE(memory);
    const std::string text = std::string(R"({"_typeName": "VirtualHardware", "numCPU": 100000,
        "memoryMB": )") + memory +
                             R"(, "device": [{"key": 4000, "macAddress": "00:50:56:00:00:01"}]})";
    expect_size(import_texts({text}).vms.begin()->second, 0, 0, 0);
  }
}

TEST(ImportSize, SourcesThatDifferInMemoryAreSaidAndTheFirstIsTaken) {
  const std::string other =
      std::string(kHardware).replace(std::string(kHardware).find("2048"), 4, "4096");
  const Inventory inventory = import_texts({kHardware, other});
  expect_size(inventory.vms.begin()->second, 2048, 2, 4);
  EXPECT_THAT(to_string(inventory.diagnostics.back()), HasSubstr("memory in MiB: 2048"));
}

}  // namespace
}  // namespace patchbay::cli
