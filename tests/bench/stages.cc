// What the sidecar does between a hook's question and its answer, one stage again and again, for
// callgrind to count: what one run takes is the difference between two counts of runs.
//
//   stages STAGE FOLDER RUNS
//
// FOLDER has vmi.json, pod.json, network-status.json, domain.xml and cloudinitdata.json.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

#include "cloudinit/network_data.h"
#include "domainxml/apply_plan.h"
#include "plan/make_plan.h"

using namespace patchbay;

namespace {

std::string contents(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("can't read " + file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Returns something of the result, so that no stage is left out.
using Stage = std::function<size_t()>;

std::map<std::string, Stage> stages(const std::string& folder) {
  const auto read = [&](const char* name) { return contents(folder + "/" + name); };
  const std::string vmi = read("vmi.json"), pod = read("pod.json"), domain = read("domain.xml"),
                    status = read("network-status.json");
  const PlanInput input{.vmi = parse_vmi(vmi), .pod = parse_pod_state(pod)};
  const NetworkPlan plan = make_plan(input);
  const CloudInitData data = parse_cloud_init_data(read("cloudinitdata.json"));
  return {{"parse network-status", [=] { return parse_network_status(status).interfaces.size(); }},
          {"parse VMI", [=] { return parse_vmi(vmi).interfaces.size(); }},
          {"plan", [=] { return make_plan(input).attachments.size(); }},
          {"domain XML",
           [=] {
             Diagnostics diagnostics;
             return domainxml::apply_plan(domain, plan, "patchbay", diagnostics).size();
           }},
          {"networkData", [=] { return cloudinit::hand_over(plan, data).network_data.size(); }}};
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw std::invalid_argument("see the source for its arguments");
    const Stage stage = stages(argv[2]).at(argv[1]);
    size_t sum = 0;
    for (int run = std::atoi(argv[3]); run > 0; --run) sum += stage();
    std::printf("%zu\n", sum);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stages: %s\n", error.what());
    return 1;
  }
}
