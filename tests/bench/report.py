"""The benchmark's report of its tables: Markdown for people, JSON with every sample, a plot of each table."""

import json
import re
import statistics
from pathlib import Path

from bench.figures import Row, Table, percentile, spread


def write(folder: Path, about: dict[str, str], tables: list[Table]) -> str:
    """report.md, report.json and the plots; returns the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    described = [f"- {name}: {value}" for name, value in about.items()]
    markdown = "\n".join(["# What patchbay takes\n", *described, "", HOW, *map(section, tables)])
    (folder / "report.md").write_text(markdown, encoding="utf-8")
    (folder / "report.json").write_text(
        json.dumps({"about": about, "tables": [table.as_json() for table in tables]}, indent=1,
                   ensure_ascii=False), encoding="utf-8")
    for table in tables:
        plot(table, folder / file_of(table))
    return markdown


HOW = """Each figure is a median, with the spread of the middle half of its samples (IQR) behind ±. What is
compared takes turns, forwards and backwards; a ratio is the median of the ratios of the same turn. All
samples are in report.json."""


def section(table: Table) -> str:
    lines = [f"\n## {table.title}\n", table.text, ""]
    head, rows = columns(table)
    lines += ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)]
    if table.aims:
        lines += ["", "| aim | | found | |", "|---|---|---|---|"]
        for aim in table.aims:
            sign, verdict = "≥" if aim.at_least else "≤", "met" if aim.met else "missed"
            lines.append(f"| {aim.what} | {sign} {number(aim.limit)} | {number(aim.found)} | {verdict} |")
    return "\n".join([*lines, "", f"![{table.title}]({file_of(table)})", ""])


def columns(table: Table) -> tuple[list[str], list[list[str]]]:
    quantities = table.quantities()
    head = ["", "", "n"]
    for quantity in quantities:
        head += [quantity, *(["p99"] if table.tail else []),
                 *([f"to {table.reference}"] if table.reference else [])]
    return head, [[row.case, row.way, str(max(map(len, row.samples.values()))),
                   *(cell for quantity in quantities for cell in cells(table, row, quantity))]
                  for row in table.rows]


def cells(table: Table, row: Row, quantity: str) -> list[str]:
    values = row.samples.get(quantity, [])
    if not values:
        return [""] * (1 + table.tail + bool(table.reference))
    median = statistics.median(values)
    shown = [f"{number(median)} ± {number(spread(values))}" if len(values) > 1 else number(median)]
    shown += [number(percentile(values, 99))] if table.tail else []
    if table.reference:
        compared = table.has_reference(row) and quantity in table.row(row.case, table.reference).samples
        shown += [f"{table.ratio(row.case, row.way, quantity):.2f}" if compared else ""]
    return shown


def number(value: float) -> str:
    """Three digits that say something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


def file_of(table: Table) -> str:
    return re.sub(r"[^a-z0-9]+", "-", table.title.lower()).strip("-") + ".svg"


def plot(table: Table, file: Path) -> None:
    """A panel of boxes for each quantity: median, middle half, whiskers of 1.5 times that."""
    import matplotlib
    matplotlib.use("svg")
    from matplotlib import pyplot
    quantities = table.quantities()
    figure, panels = pyplot.subplots(1, len(quantities), squeeze=False, sharey=True,
                                     figsize=(4 + 4 * len(quantities), 1.2 + 0.28 * len(table.rows)))
    for panel, quantity in zip(panels[0], quantities):
        samples = [row.samples.get(quantity, []) for row in table.rows]
        panel.boxplot(samples, vert=False, manage_ticks=False, flierprops={"markersize": 2})
        panel.set_xlabel(quantity)
        panel.grid(axis="x", alpha=0.3)
        found = [value for values in samples for value in values]
        if min(found) > 0 and max(found) > 20 * min(found):
            panel.set_xscale("log")
        else:
            panel.set_xlim(left=min(0, min(found)))
    panels[0][0].set_yticks(range(1, len(table.rows) + 1),
                            [f"{row.case}  {row.way}".strip() for row in table.rows])
    panels[0][0].invert_yaxis()
    figure.suptitle(table.title)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)
