// An import as JSON: a stable interface, documented in cli/README.md.
#include "cli/import_objects.h"
#include "cli/import_report.h"
#include "plan/annotation_text.h"

namespace patchbay::cli {
namespace {

Json names(const std::vector<std::string>& values) {
  Json json = Json::array();
  for (const std::string& value : values) json.push_back(value);
  return json;
}

Json nic_after(const NicPlan& nic) {
  const bool pod = nic.target.kind == Target::Kind::kPod;
  Json json = {{"network", nic.network},
               {"nad", pod ? Json() : Json(nic.target.name_space + "/" + nic.target.nad)},
               {"binding", nic.binding.empty() ? "masquerade" : nic.binding},
               {"model", nic.model.empty() ? Json() : Json(nic.model)},
               {"mac", nic.mac ? Json(nic.mac->to_string()) : Json()},
               {"linkUp", !nic.link_down},
               {"addressing", Json()}};
  if (nic.wishes) {
    json["addressing"] =
        Json::parse(networks_annotation({{nic.network, *nic.wishes}})).at(nic.network);
  }
  return json;
}

// `before`: the VM as `--list -o json` has it.
Json write(const VmPlan& vm, const Vm& source, const Json& before) {
  Json json = {{"source", vm.source_name}, {"namespace", vm.name_space},
               {"name", vm.name},          {"guestConfig", name(vm.guest_config)},
               {"nics", Json::array()},    {"leftOut", Json::array()}};
  for (const NicPlan& nic : vm.nics) {
    json["nics"].push_back({{"index", nic.index},
                            {"before", before.at("nics").at(nic.index)},
                            {"after", nic_after(nic)},
                            {"why", nic.why}});
  }
  for (const auto& [index, why] : vm.left_out) {
    json["leftOut"].push_back(
        {{"index", index}, {"before", before.at("nics").at(index)}, {"why", why}});
  }
  json["object"] = virtual_machine(vm, source);
  json["patches"] = Json::array();
  for (const Patch& patch : patches_of(vm, source)) {
    json["patches"].push_back({{"type", patch.type}, {"patch", patch.json}});
  }
  return json;
}

}  // namespace

std::string report_json(const Inventory& inventory, const ImportPlan& plan,
                        const ImportForm& form) {
  const Json before = Json::parse(to_json(inventory)).at("vms");
  Json json = {{"vms", Json::array()},
               {"nads", Json::array()},
               {"nncps", Json::array()},
               {"diagnostics", Json::array()}};
  for (const VmPlan& vm : plan.vms) {
    json["vms"].push_back(write(vm, inventory.vms.at(vm.source_name), before.at(vm.source_name)));
  }
  for (const NadPlan& nad : plan.nads) {
    json["nads"].push_back({{"sources", names(nad.sources)},
                            {"object", network_attachment_definition(nad, form.bridge_plugin)}});
  }
  for (Json& policy : node_policies(plan.bridges)) {
    json["nncps"].push_back({{"object", std::move(policy)}});
  }
  for (const Diagnostic& diagnostic : plan.diagnostics) {
    json["diagnostics"].push_back({{"severity", patchbay::name(diagnostic.severity)},
                                   {"where", diagnostic.where},
                                   {"message", diagnostic.message},
                                   {"hint", diagnostic.hint}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace patchbay::cli
