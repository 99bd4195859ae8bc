// A namespace's view for what asks a Kernel: so the panel's drift is found by the very code that
// CHECK runs. It only reads; a call that would change something is Error{kInternal}.
#pragma once

#include "binding/kernel.h"
#include "binding/namespace_view.h"

namespace patchbay {

class ViewKernel final : public Kernel {
 public:
  explicit ViewKernel(const NamespaceView& view) : view_(view) {}  // which must outlive this

  void expect_namespace() override {}
  std::optional<LinkState> read_link(const IfName& name) override;
  std::vector<KernelAddress> read_addresses(const IfName& link) override;
  std::vector<KernelRoute> read_routes(const IfName& link) override;
  std::optional<Ingress> read_ingress(const IfName& link) override;
  std::optional<std::string> read_control(const IfName& link) override;
  bool read_lro(const IfName& link) override;

  std::vector<AddressClaim> find_duplicates(const AddressProbe&) override { refuse(); }
  void make_dummy(const IfName&) override { refuse(); }
  void make_tap(const IfName&, const TapOptions&) override { refuse(); }
  void make_bridge(const IfName&) override { refuse(); }
  void make_listener(const IfName&, const IfName&) override { refuse(); }
  void delete_links(const std::vector<IfName>&) override { refuse(); }
  void change_link(const IfName&, const LinkChange&) override { refuse(); }
  void set_lro(const IfName&, bool) override { refuse(); }
  void add_address(const IfName&, const KernelAddress&) override { refuse(); }
  void delete_address(const IfName&, const KernelAddress&) override { refuse(); }
  void add_route(const IfName&, const KernelRoute&) override { refuse(); }
  void make_ingress(const IfName&, const Ingress&) override { refuse(); }
  void remove_ingress(const IfName&) override { refuse(); }
  void set_control(const IfName&, const IfName&) override { refuse(); }

 private:
  [[noreturn]] static void refuse();
  const SeenLink& at(const IfName& name) const;

  const NamespaceView& view_;
};

}  // namespace patchbay
