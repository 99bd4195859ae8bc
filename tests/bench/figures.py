"""What a part of the benchmark returns: samples under names, and what is made of samples. A table is rows of
one case each, the ways that are compared; sample n of all ways of a case is of the same turn."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field


@dataclass
class Row:
    case: str  # what is asked of all ways: "ADD, 10 at once"
    way: str  # who did it: "patchbay-cni"
    samples: dict[str, list[float]] = field(default_factory=dict)  # by quantity with its unit: "ms of CPU"


@dataclass
class Aim:
    """A figure that was aimed at; reported, never asserted."""

    what: str
    found: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.found >= self.limit if self.at_least else self.found <= self.limit


@dataclass
class Table:
    title: str
    text: str  # what is measured, and how
    reference: str = ""  # the way that the others' ratios are to
    tail: bool = False  # p99 as well
    rows: list[Row] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)

    def add(self, case: str, way: str, values: dict[str, float]) -> None:
        """One turn's."""
        for quantity, value in values.items():
            self.row(case, way).samples.setdefault(quantity, []).append(value)

    def row(self, case: str, way: str) -> Row:
        for row in self.rows:
            if (row.case, row.way) == (case, way):
                return row
        self.rows.append(Row(case, way))
        return self.rows[-1]

    def samples(self, case: str, way: str, quantity: str) -> list[float]:
        return self.row(case, way).samples[quantity]

    def quantities(self) -> list[str]:
        return list(dict.fromkeys(quantity for row in self.rows for quantity in row.samples))

    def ratio(self, case: str, way: str, quantity: str, to: str = "") -> float:
        return ratio(self.samples(case, way, quantity), self.samples(case, to or self.reference, quantity))

    def has_reference(self, row: Row) -> bool:
        return any((other.case, other.way) == (row.case, self.reference) for other in self.rows)

    def as_json(self) -> dict:
        return {**asdict(self), "aims": [{**asdict(aim), "met": aim.met} for aim in self.aims]}


def in_turn(ways: Sequence, round_: int) -> list:
    """Forwards and backwards, so that a drift of the machine meets all of them."""
    return list(ways) if round_ % 2 == 0 else list(reversed(ways))


def percentile(values: Sequence[float], percent: int) -> float:
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def spread(values: Sequence[float]) -> float:
    """Of the middle half (IQR)."""
    return percentile(values, 75) - percentile(values, 25)


def ratio(values: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios of the same turn."""
    return statistics.median(one / other for one, other in zip(values, others, strict=True))
