"""Rows as `measure.py` prints them, to tables in markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

Row = dict[str, Any]

OWN: Final = "vexil"
FLOOR: Final = "floor: "
WORKLOADS: Final = ("W1", "W2", "W3")

TITLES: Final = {
    "reused": "evaluate: contexts that are there before the question",
    "new": "evaluate: a new context for each question",
    "threads": "threads: one thread and two",
    "memory": "memory: resident, over ten million evaluations",
}
RATIO: Final = " · **times as fast as the fastest peer**"
LEGENDS: Final = {
    "evaluate": "ns per evaluation, min / median" + RATIO,
    "threads": "million evaluations per second, one thread → two threads (scaling)" + RATIO + ", with two;"
    " ~ where the machine was never free",
    "memory": "MB at the start, in the middle and at the end",
}


def render(mode: str, rows: Sequence[Row]) -> str:
    of_mode = sorted((row for row in rows if row["mode"] == mode), key=rank)
    lost = [row for row in of_mode if "failed" in row or "absent" in row]
    measured = [row for row in of_mode if row not in lost]
    if mode == "evaluate":
        tables = [evaluated(context, measured) for context in ("reused", "new")]
    elif mode == "threads":
        tables = [threaded(measured)]
    else:
        tables = [resident(measured)]
    tables += [f"**FAILED**: {row['peer']}: {row['failed']}" for row in lost if "failed" in row]
    tables += [f"absent: {row['peer']}: {row['absent']}" for row in lost if "absent" in row]
    return "\n\n".join(tables)


def rank(row: Row) -> int:
    """Vexil's rows first, the floor last, and the others as they were measured."""
    name = row["peer"]
    return 0 if name.startswith(OWN) else 2 if name.startswith(FLOOR) else 1


def evaluated(context: str, rows: Sequence[Row]) -> str:
    cells = {(row["peer"], row["what"]): row for row in rows if row["context"] == context}
    fastest = {what: min(times_of_peers(cells, what, "ns_min"), default=None) for what in WORKLOADS}

    def cell(row: Row) -> str:
        return f"{row['ns_min']:,.0f} / {row['ns_median']:,.0f}" + ratio(fastest[row["what"]], row["ns_min"])

    return table(context, "evaluate", cells, cell)


def threaded(rows: Sequence[Row]) -> str:
    cells = {(row["peer"], row["what"]): row for row in rows if row["threads"] == 2}
    alone = {(row["peer"], row["what"]): row for row in rows if row["threads"] == 1}
    fastest = {what: max(times_of_peers(cells, what, "mops"), default=None) for what in WORKLOADS}

    def cell(two: Row) -> str:
        one, best = alone[two["peer"], two["what"]], fastest[two["what"]]
        scaling = f"({two['mops'] / one['mops']:.2f}×)"
        return f"{mops(one)} → {mops(two)} {scaling}" + (ratio(two["mops"], best) if best else "")

    return table("threads", "threads", cells, cell)


def mops(row: Row) -> str:
    """Less than one processor is less than what the interpreter's lock leaves."""
    return f"{row['mops']:.3g}" if row["cpus"] >= 0.95 else f"~{row['mops']:.3g}"


def resident(rows: Sequence[Row]) -> str:
    lines = [
        [row["peer"], f"{row['evaluations']:,}", *(f"{row[when] / 1024:.2f}" for when in ("start", "middle", "end"))]
        for row in rows
    ]
    return titled("memory", "memory", ["", "evaluations", "start", "middle", "end"], lines)


def times_of_peers(cells: dict[tuple[str, str], Row], what: str, figure: str) -> list[float]:
    return [row[figure] for (_, asked), row in cells.items() if asked == what and rank(row) == 1]


def ratio(more: float | None, less: float) -> str:
    if more is None:
        return ""
    factor = more / less
    return f" · **{factor:.2g}×**" if factor < 10 else f" · **{factor:,.0f}×**"


def table(title: str, mode: str, cells: dict[tuple[str, str], Row], cell: Any) -> str:
    lines = [
        [name, *(cell(cells[name, what]) if (name, what) in cells else "" for what in WORKLOADS)]
        for name in dict.fromkeys(name for name, _ in cells)
    ]
    return titled(title, mode, ["", *WORKLOADS], lines)


def titled(title: str, mode: str, header: list[str], lines: list[list[str]]) -> str:
    rows = ["| " + " | ".join(line) + " |" for line in (header, ["---"] * len(header), *lines)]
    return f"### {TITLES[title]}\n\n{LEGENDS[mode]}.\n\n" + "\n".join(rows)
