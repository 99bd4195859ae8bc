#include "sidecar/hook_order.h"

#include "plan/delivery.h"
#include "plan/error.h"
#include "sidecar/profile.h"

namespace patchbay::sidecar {

void require_earlier_cloud_init_call(const NetworkPlan& plan) {
  const std::string networks = networks_in_need(plan);
  if (networks.empty()) return;
  throw Error(
      Errc::kConflict,
      "the domain was asked for before the cloud-init data, so the guest would not learn the "
      "addresses of " +
          networks +
          ": KubeVirt asks only one sidecar of a VM for PreCloudInitIso, and it has asked another; "
          "remove that hook sidecar or its subscription to PreCloudInitIso (annotation "
          "hooks.kubevirt.io/hookSidecars, or another binding plugin of this VM); should this "
          "sidecar have been restarted just now, KubeVirt's next try succeeds",
      std::string(kOnDefineDomain));
}

void require_hook_sidecar(const NetworkPlan& plan) {
  const std::string networks = networks_in_need(plan);
  if (networks.empty()) return;
  throw Error(Errc::kConflict,
              "the addresses of " + networks +
                  " have no way into the guest: a Plugin is asked for the domain only, not for the "
                  "cloud-init volume that binding patchbay writes into, and no hook sidecar of "
                  "patchbay runs in this pod; register binding patchbay with its sidecarImage, or "
                  "take the volume away and use binding patchbay-seed, which a Plugin serves whole",
              std::string(kMutateDomain));
}

}  // namespace patchbay::sidecar
