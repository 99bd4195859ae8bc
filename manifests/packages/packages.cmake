# Debian packages, by `./dev packages`: patchbay-cni for nodes, patchbay for whoever looks at a VM. Installing
# builds nothing: what is packed is what is there, and was tested.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

# patchbay_compressed(SOURCE NAME): SOURCE as packages/NAME in the build tree, without gzip's time stamp.
set(compressed "")
function(patchbay_compressed source name)
  set(output ${CMAKE_BINARY_DIR}/packages/${name})
  add_custom_command(OUTPUT ${output} DEPENDS ${source} VERBATIM
    COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/${source} > ${output})
  set(compressed ${compressed} ${output} PARENT_SCOPE)
endfunction()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
patchbay_compressed(cli/patchbay.1 patchbay.1.gz)
patchbay_compressed(binding/patchbay-cni.8 patchbay-cni.8.gz)
patchbay_compressed(manifests/packages/changelog changelog.gz)
add_custom_target(patchbay_documents ALL DEPENDS ${compressed})
file(CREATE_LINK patchbay ${CMAKE_BINARY_DIR}/packages/kubectl-patchbay SYMBOLIC)
file(CREATE_LINK patchbay.1.gz ${CMAKE_BINARY_DIR}/packages/kubectl-patchbay.1.gz SYMBOLIC)

# patchbay_install(COMPONENT DESTINATION FILES…)
function(patchbay_install component destination)
  list(TRANSFORM ARGN PREPEND ${CMAKE_BINARY_DIR}/packages/ REGEX "\\.gz$|^kubectl-patchbay$")
  install(FILES ${ARGN} DESTINATION ${destination} COMPONENT ${component})
endfunction()

# Where Debian's own plugins are, under the name that NADs call.
install(PROGRAMS $<TARGET_FILE:patchbay-cni> DESTINATION lib/cni RENAME patchbay COMPONENT patchbay-cni)
patchbay_install(patchbay-cni share/man/man8 patchbay-cni.8.gz)
patchbay_install(patchbay-cni share/doc/patchbay-cni manifests/packages/copyright changelog.gz)
install(FILES manifests/packages/lintian-overrides DESTINATION share/lintian/overrides RENAME patchbay-cni
  COMPONENT patchbay-cni)

install(TARGETS patchbay DESTINATION bin COMPONENT patchbay)
patchbay_install(patchbay bin kubectl-patchbay)  # kubectl's name for a plugin
install(PROGRAMS cli/kubectl_complete-patchbay DESTINATION bin COMPONENT patchbay)
patchbay_install(patchbay share/man/man1 patchbay.1.gz kubectl-patchbay.1.gz)
patchbay_install(patchbay share/doc/patchbay manifests/packages/copyright changelog.gz)
install(FILES cli/patchbay.bash DESTINATION share/bash-completion/completions RENAME patchbay COMPONENT patchbay)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "patchbay maintainers <maintainers@patchbay.example>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL patchbay-cni patchbay)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS OFF)

set(CPACK_DEBIAN_PATCHBAY-CNI_PACKAGE_NAME patchbay-cni)
set(CPACK_DEBIAN_PATCHBAY-CNI_DESCRIPTION "CNI plugin that patches pod interfaces through to KubeVirt VMs
Called by Multus on a node for each secondary network of a virtual machine
that is bound to patchbay: the pod's interface is attached to the guest, and
the address that the network's IPAM gave is kept for the guest, not the pod.")

set(CPACK_DEBIAN_PATCHBAY_PACKAGE_NAME patchbay)
set(CPACK_DEBIAN_PATCHBAY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PATCHBAY_PACKAGE_RECOMMENDS iproute2)
set(CPACK_DEBIAN_PATCHBAY_DESCRIPTION "shows the secondary networks of KubeVirt VMs and their guests
Prints the plan that the network binding patchbay makes for a virtual
machine, compares it with what the guest has, reads the networks of VMs that
are to be migrated, and gathers what a bug report needs. Also a plugin of
kubectl.")
include(CPack)
