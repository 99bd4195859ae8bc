"""What each kind in manifests/ may hold: JSON Schemas of exactly the fields that are used, typed as the
owners' API says (Kubernetes 1.36, KubeVirt v1.9, nmstate 2, OpenShift 4.18). A field that is not here is a
mistake, or is to be looked up and added."""

import jsonschema

BOOL = {"type": "boolean"}
TEXT = {"type": "string", "minLength": 1}
EMPTY = {"type": "object", "maxProperties": 0}
NUMBER = {"type": "integer", "minimum": 0}
NAME = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"}
IMAGE = {"type": "string", "pattern": "^[a-z0-9.-]+(/[a-z0-9._-]+)+(:[A-Za-z0-9._-]+)?$"}
QUANTITY = {"type": "string", "pattern": "^[0-9]+(m|k|M|G|Ki|Mi|Gi)?$"}
MAC = {"type": "string", "pattern": "^[0-9a-f]{2}(:[0-9a-f]{2}){5}$"}
CEL = {"type": "string", "pattern": "^[^\n]+$"}  # the API server takes no line break in most


def of(*words: str) -> dict:
    return {"enum": list(words)}


def many(item: dict, least: int = 1) -> dict:
    return {"type": "array", "items": item, "minItems": least}


def mapping(value: dict) -> dict:
    return {"type": "object", "additionalProperties": value}


def fields(required: str = "", optional: dict | None = None, **needed: dict) -> dict:
    """An object with these fields and no other; `needed` ones must be there, and of the optional ones those
    that `required` names."""
    return {"type": "object", "properties": {**needed, **(optional or {})},
            "required": [*needed, *required.split()], "additionalProperties": False}


def one_of(choices: dict, **needed: dict) -> dict:
    """Exactly one of `choices`, beside the fields that are needed."""
    return {"oneOf": [fields(**needed, **{name: schema}) for name, schema in choices.items()]}


METADATA = fields(name=NAME, optional={"namespace": NAME, "labels": mapping({"type": "string"}),
                                       "annotations": mapping({"type": "string"})})


def kind(**spec: dict) -> dict:
    return fields(apiVersion=TEXT, kind=TEXT, metadata=METADATA, **spec)


# Kubernetes
SECURITY = fields(optional={
    "runAsUser": NUMBER, "runAsGroup": NUMBER, "runAsNonRoot": BOOL, "allowPrivilegeEscalation": BOOL,
    "readOnlyRootFilesystem": BOOL, "capabilities": fields(drop=many(of("ALL")), optional={"add": many(of("DAC_OVERRIDE"))}),
    "seccompProfile": fields(type=of("RuntimeDefault")), "seLinuxOptions": fields(type=TEXT)})
CONTAINER = fields(name=NAME, image=IMAGE, optional={
    "command": many(TEXT), "securityContext": SECURITY,
    "resources": fields(optional={"requests": mapping(QUANTITY), "limits": mapping(QUANTITY)}),
    "volumeMounts": many(fields(name=NAME, mountPath=TEXT, optional={"readOnly": BOOL}))})
VOLUME = fields(name=NAME, hostPath=fields(path=TEXT, type=of("Directory")))
POD = fields(containers=many(CONTAINER), optional={
    "priorityClassName": TEXT, "serviceAccountName": NAME, "automountServiceAccountToken": BOOL,
    "enableServiceLinks": BOOL, "terminationGracePeriodSeconds": NUMBER, "volumes": many(VOLUME),
    "nodeSelector": mapping(TEXT), "tolerations": many(fields(operator=of("Exists")))})
DAEMON_SET = fields(
    selector=fields(matchLabels=mapping(TEXT)), minReadySeconds=NUMBER,
    updateStrategy=fields(type=of("RollingUpdate"), rollingUpdate=fields(
        maxUnavailable={"type": "string", "pattern": "^[1-9][0-9]?%$"})),
    template=fields(metadata=fields(labels=mapping(TEXT), optional={"annotations": mapping(TEXT)}),
                    spec=POD))
NETWORK_POLICY = fields(podSelector=EMPTY, policyTypes=many(of("Ingress", "Egress")))
ROLE_RULES = many(fields(apiGroups=many(TEXT), resources=many(TEXT), resourceNames=many(NAME),
                         verbs=many(of("use"))))
MATCH = fields(
    resourceRules=many(fields(apiGroups=many({"type": "string"}), apiVersions=many(of("v1")),
                              operations=many(of("CREATE", "UPDATE")), resources=many(TEXT))),
    optional={"objectSelector": fields(matchLabels=mapping(TEXT))})
EXPRESSIONS = many(fields(name={"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9-]*$"}, expression=CEL))
VALIDATING = fields(
    failurePolicy=of("Fail", "Ignore"), matchConstraints=MATCH, matchConditions=EXPRESSIONS,
    variables=EXPRESSIONS,
    validations=many(one_of({"message": CEL, "messageExpression": CEL}, expression=CEL)))
VALIDATING_BINDING = fields(policyName=NAME, validationActions=many(of("Deny", "Warn", "Audit")))
MUTATING = fields(
    failurePolicy=of("Fail", "Ignore"), reinvocationPolicy=of("Never", "IfNeeded"),
    matchConstraints=MATCH, matchConditions=EXPRESSIONS, optional={"variables": EXPRESSIONS},
    mutations=many(fields(patchType=of("JSONPatch"), jsonPatch=fields(expression=CEL))))

# KubeVirt
BINDING_PLUGIN = fields(sidecarImage=IMAGE, domainAttachmentType=of("tap"), downwardAPI=of("device-info"),
                        networkAttachmentDefinition={"type": "string", "pattern": "^[a-z-]+/[a-z-]+$"})
INTERFACE = {"oneOf": [
    fields(name=NAME, **{way: schema}, optional={"macAddress": MAC, "model": TEXT, "state": of("up", "down")})
    for way, schema in {"binding": fields(name=TEXT), "masquerade": EMPTY, "sriov": EMPTY}.items()]}
DISK = one_of({"disk": fields(bus=TEXT), "cdrom": fields(bus=TEXT)}, name=NAME)
USER_DATA = fields(userData=TEXT)
VM = fields(runStrategy=of("Always", "Halted", "RerunOnFailure", "Manual"), template=fields(
    optional={"metadata": fields(annotations=mapping(TEXT))},
    spec=fields(
        domain=fields(memory=fields(guest=QUANTITY),
                      devices=fields(interfaces=many(INTERFACE), optional={"disks": many(DISK)}),
                      optional={"cpu": fields(sockets=NUMBER, cores=NUMBER),
                                "firmware": fields(bootloader=fields(efi=fields(secureBoot=BOOL)))}),
        networks=many(one_of({"pod": EMPTY, "multus": fields(networkName=TEXT)}, name=NAME)),
        optional={"volumes": many(one_of({"containerDisk": fields(image=IMAGE), "cloudInitNoCloud": USER_DATA,
                             "cloudInitConfigDrive": USER_DATA,
                             "persistentVolumeClaim": fields(claimName=NAME)}, name=NAME))})))
PLUGIN = fields(
    domainHooks=many(fields(
        sidecar=fields(socketPath={
            "type": "string", "pattern": r"^/var/run/kubevirt-plugin/.*\.sock$", "maxLength": 107}),
        failureStrategy=of("Fail", "Ignore"), timeout={"type": "string", "pattern": "^[0-9]+s$"})),
    mutatingAdmissionPolicies=many(fields(name=NAME)))

# nmstate, Multus, OpenShift
TRUNK = fields(mode=of("trunk"), **{"trunk-tags": many(one_of({
    "id": NUMBER, "id-range": fields(min=NUMBER, max=NUMBER)}))})
BRIDGE_INTERFACE = fields(
    name=NAME, type=of("linux-bridge"), state=of("up"), optional={"description": TEXT, "ipv6": fields(enabled=BOOL)},
    ipv4=fields(enabled=BOOL, optional={
        "dhcp": BOOL, "address": many(fields(ip=TEXT, **{"prefix-length": NUMBER}))}),
    bridge=fields(options=fields(stp=fields(enabled=BOOL)), port=many(fields(name=NAME, optional={"vlan": TRUNK}))))
NODE_POLICY = fields(nodeSelector=mapping(TEXT),
                     desiredState=fields(interfaces=many(BRIDGE_INTERFACE)))
WHO = fields(type=of("RunAsAny"))
SECURITY_CONTEXT = {
    **{f"allow{what}": BOOL for what in (
        "HostDirVolumePlugin", "HostIPC", "HostNetwork", "HostPID", "HostPorts", "PrivilegeEscalation",
        "PrivilegedContainer")},
    "allowedCapabilities": many(TEXT, 0), "requiredDropCapabilities": many(of("ALL")),
    "readOnlyRootFilesystem": BOOL, "runAsUser": WHO, "seLinuxContext": WHO, "fsGroup": WHO,
    "supplementalGroups": WHO, "seccompProfiles": many(TEXT), "volumes": many(of("hostPath"))}

KINDS = {
    "v1 Namespace": kind(),
    "v1 ServiceAccount": kind(automountServiceAccountToken=BOOL),
    "v1 Pod": kind(spec=POD),
    "apps/v1 DaemonSet": kind(spec=DAEMON_SET),
    "networking.k8s.io/v1 NetworkPolicy": kind(spec=NETWORK_POLICY),
    "rbac.authorization.k8s.io/v1 Role": kind(rules=ROLE_RULES),
    "rbac.authorization.k8s.io/v1 RoleBinding": kind(
        roleRef=fields(apiGroup=TEXT, kind=of("Role"), name=NAME),
        subjects=many(fields(kind=of("ServiceAccount"), name=NAME, namespace=NAME))),
    "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy": kind(spec=VALIDATING),
    "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding": kind(spec=VALIDATING_BINDING),
    "admissionregistration.k8s.io/v1 MutatingAdmissionPolicy": kind(spec=MUTATING),
    "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding": kind(spec=fields(policyName=NAME)),
    "kubevirt.io/v1 VirtualMachine": kind(spec=VM),
    "plugin.kubevirt.io/v1alpha1 Plugin": kind(spec=PLUGIN),
    "k8s.cni.cncf.io/v1 NetworkAttachmentDefinition": kind(spec=fields(config=TEXT)),
    "nmstate.io/v1 NodeNetworkConfigurationPolicy": kind(spec=NODE_POLICY),
    "security.openshift.io/v1 SecurityContextConstraints": kind(**SECURITY_CONTEXT),
}
BINDINGS = mapping(BINDING_PLUGIN)
# Patches, by the file's name in manifests/.
PATCHES = {
    "overlays/kubevirt/registration.yaml": fields(
        spec=fields(configuration=fields(network=fields(binding=BINDINGS)))),
    "overlays/openshift/registration.yaml": fields(spec=fields(networkBinding=BINDINGS)),
    "overlays/openshift/registration-annotation.yaml": fields(metadata=fields(annotations=fields(
        **{"kubevirt.kubevirt.io/jsonpatch": TEXT}))),
}


def check(document: dict) -> None:
    """jsonschema's ValidationError where the object is not of its kind, KeyError where that is unknown."""
    jsonschema.validate(document, KINDS[f'{document["apiVersion"]} {document["kind"]}'])


def check_patch(name: str, document: dict) -> None:
    jsonschema.validate(document, PATCHES[name])
