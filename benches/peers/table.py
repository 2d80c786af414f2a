"""Rows as a peer's binary prints them, to one markdown table for each mode."""

BASELINE = "vexil"
FLOOR = "floor: "

TITLES = {
    "bench": "bench: one flag of a store of 1,000, again and again",
    "scatter": "scatter: all flags of a store of 10,000, in a scattered order",
    "mt": "mt: a store of 1,000 flags, one thread and two",
    "load": "load: 10,000 flags, from JSON text to a store that can be asked",
}
LEGENDS = {
    "bench": "ns per evaluation, min / median · allocations",
    "scatter": "ns per evaluation, min / median · allocations",
    "mt": "million evaluations per second, one thread → two threads (scaling);"
    " ~ where the machine was never free",
    "load": "ms, min / median · MB of live heap",
}
WORKLOADS = ("W1", "W2", "W2+ctx", "W3", "load")


def times(factor):
    return f"{factor:.2g}×" if factor < 10 else f"{factor:,.0f}×"


def against(figure, baseline):
    """How many times as much as Vexil's; nothing for Vexil itself, or without it."""
    return f" · **{times(figure / baseline)}**" if baseline else ""


def cost_cell(row, baseline):
    ratio = against(row["ns_min"], baseline and baseline["ns_min"])
    return f"{row['ns_min']:,.1f} / {row['ns_median']:,.1f} · {row['allocations']:g}{ratio}"


def load_cell(row, baseline):
    ms = against(row["ms_min"], baseline and baseline["ms_min"])
    heap = against(row["heap_mb"], baseline and baseline["heap_mb"])
    return f"{row['ms_min']:,.1f} / {row['ms_median']:,.1f}{ms} · {row['heap_mb']:.1f}{heap}"


def mops(row):
    figure = row["mops"]
    digits = f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"
    return digits if row["cpu_share"] >= 0.95 else f"~{digits}"


def mt_cell(row, baseline):
    """`row` holds the figures by number of threads. The ratio is that of two threads, and turned
    round, so that more than 1 is in Vexil's favour here too."""
    one, two = row[1], row[2]
    ratio = against(1 / two["mops"], baseline and 1 / baseline[2]["mops"])

    return f"{mops(one)} → {mops(two)} ({times(two['mops'] / one['mops'])}){ratio}"


CELLS = {"bench": cost_cell, "scatter": cost_cell, "mt": mt_cell, "load": load_cell}


def cells_of(mode, rows):
    """The figures of one mode: by peer, then by workload."""
    figures = {}
    for row in rows:
        if row["mode"] != mode or "failed" in row:
            continue
        of_peer = figures.setdefault(row["peer"], {})
        if mode == "mt":
            of_peer.setdefault(row["what"], {})[row["threads"]] = row
        else:
            of_peer[row["what"]] = row
    if mode == "mt":
        for of_peer in figures.values():
            for what in [what for what, by_threads in of_peer.items() if len(by_threads) < 2]:
                del of_peer[what]
    return dict(sorted(figures.items(), key=lambda item: rank(item[0])))


def rank(peer):
    """Vexil's rows first, the floors last, and the others as they were measured."""
    return 0 if peer.startswith(BASELINE) else 2 if peer.startswith(FLOOR) else 1


def table(header, lines):
    return "\n".join(
        "| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *lines]
    )


def render(mode, rows):
    figures = cells_of(mode, rows)
    baseline = figures.get(BASELINE, {})
    present = [w for w in WORKLOADS if any(w in of_peer for of_peer in figures.values())]
    lines, beside = [], []
    for peer, of_peer in figures.items():
        reference = {} if peer == BASELINE else baseline
        cells = {what: CELLS[mode](row, reference.get(what)) for what, row in of_peer.items()}
        if cells.keys() & set(present):
            lines.append([peer, *(cells.get(what, "") for what in present)])
        beside += [[peer, what, cell] for what, cell in cells.items() if what not in present]
    for row in rows:
        if row["mode"] == mode and "failed" in row:
            lines.append([row["peer"], f"**FAILED**: {row['failed']}", *[""] * (len(present) - 1)])

    legend = f"{LEGENDS[mode]}. In bold: times Vexil's." if baseline else f"{LEGENDS[mode]}."
    parts = [f"### {TITLES[mode]}", legend, table(["", *present], lines)]
    if beside:
        parts += ["Beside the workloads:", table(["", "what", "figures"], beside)]
    return "\n\n".join(parts)
