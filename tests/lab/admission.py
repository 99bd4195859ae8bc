"""Admission policies as the API server carries them out (k8s.io/apiserver, admission/plugin/policy), for
the fields that ours use."""

import copy
from dataclasses import dataclass

import jsonpatch

from lab import cel
from lab.process import LabError

RESOURCES = {"VirtualMachine": "virtualmachines", "VirtualMachineInstance": "virtualmachineinstances",
             "Pod": "pods"}


@dataclass(frozen=True)
class Request:
    new: dict
    old: dict | None = None

    @property
    def operation(self) -> str:
        return "UPDATE" if self.old else "CREATE"

    def input(self) -> dict:
        return {"object": self.new, "oldObject": self.old, "request": {"operation": self.operation}}


class Policy:
    """A ValidatingAdmissionPolicy or MutatingAdmissionPolicy. An expression that fails is a LabError,
    whatever the policy's failurePolicy says."""

    def __init__(self, document: dict):
        self.name, self.spec = document["metadata"]["name"], document["spec"]
        self.dearest = 0  # what its dearest expression has cost so far, in CEL's units

    def matches(self, request: Request) -> bool:
        constraints = self.spec["matchConstraints"]
        labels = request.new["metadata"].get("labels", {})
        return (labels.items() >= constraints.get("objectSelector", {}).get("matchLabels", {}).items()
                and any(_covers(rule, request) for rule in constraints["resourceRules"])
                and all(self._values([c["expression"] for c in self.spec.get("matchConditions", [])],
                                     request, "bool")))

    def messages(self, request: Request) -> list[str]:
        """What it says against the request, each as a person reads it."""
        if not self.matches(request):
            return []
        validations = self.spec["validations"]
        verdicts = self._values([each["expression"] for each in validations], request, "bool")
        failed = [each for each, fine in zip(validations, verdicts, strict=True) if not fine]
        made = iter(self._values([each["messageExpression"] for each in failed
                                  if "messageExpression" in each], request, "string"))
        return [next(made) if "messageExpression" in each else each["message"] for each in failed]

    def mutated(self, request: Request) -> dict:
        """The object after the policy's mutations, each seeing what those before it made."""
        if not self.matches(request):
            return request.new
        made = request.new
        for mutation in self.spec["mutations"]:
            patch, = self._values([mutation["jsonPatch"]["expression"]], Request(made, request.old),
                                  "list(JSONPatch)")
            made = jsonpatch.apply_patch(copy.deepcopy(made), patch)
        return made

    def _values(self, expressions: list[str], request: Request, expected: str) -> list:
        answers = cel.evaluate([{"variables": self.spec.get("variables", []), "expression": expression,
                                 "input": request.input()} for expression in expressions])
        for expression, answer in zip(expressions, answers, strict=True):
            if "error" in answer:
                raise LabError(f"policy {self.name}: {expression}: {answer['error']}")
            if answer["type"] != expected:
                raise LabError(f"policy {self.name}: {expression}: expected a {expected}, is a "
                               f"{answer['type']}")
            self.dearest = max(self.dearest, answer["cost"])
        return [answer["value"] for answer in answers]


def _covers(rule: dict, request: Request) -> bool:
    group, _, version = request.new["apiVersion"].rpartition("/")
    return (group in rule["apiGroups"] and version in rule["apiVersions"]
            and request.operation in rule["operations"]
            and RESOURCES[request.new["kind"]] in rule["resources"])
