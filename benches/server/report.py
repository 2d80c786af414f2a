"""Rows as `run` prints them, to one markdown table for each mode."""

import questions

BASELINE = "vexil"

TITLES = {
    "evaluate": "evaluate: one flag of 10,000 over OFREP",
    "unchanged": "unchanged: all 10,000 flags, for one who has them already",
    "deliver": "deliver: from an accepted change to all who listen",
    "idle": "idle: streams on which nothing happens",
}
LEGENDS = {
    "evaluate": "requests per second · ms, p50 / p99 · us of the server's processor time each",
    "unchanged": "requests per second · ms, p50 / p99 · us of the server's processor time each",
    "deliver": "ms, p50 / p99 / max; a change has arrived when a client has read its event",
    "idle": "MB resident; kB is the difference by stream",
}


def times(factor):
    return f"{factor:.2g}×" if factor < 10 else f"{factor:,.0f}×"


def table(header, lines):
    return "\n".join(
        "| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *lines]
    )


def against(row, baseline, figure):
    """How many times as much as Vexil's; nothing for Vexil itself, or without it."""
    if row is baseline or not baseline or not baseline[figure]:
        return ""
    return f" **{times(row[figure] / baseline[figure])}**"


def load_cell(row, baseline):
    """Rates are turned round, so that more than 1 is in Vexil's favour here too."""
    rate = row["requests_per_second"]
    slower = ""
    if baseline and row is not baseline:
        slower = f" **{times(baseline['requests_per_second'] / rate)}**"
    latency = f"{row['p50_ms']:,.1f} / {row['p99_ms']:,.1f}"
    cpu = f"{row['cpu_us']:,.0f}{against(row, baseline, 'cpu_us')}"
    return f"{rate:,.0f}{slower} · {latency} · {cpu}"


def outcome(row):
    """The cell of a system without figures."""
    return f"**FAILED**: {row['failed']}" if "failed" in row else f"absent: {row['absent']}"


def without_figures(rows, width):
    return [
        [row["system"], outcome(row), *[""] * (width - 2)]
        for row in rows
        if "failed" in row or "absent" in row
    ]


def evaluate(rows):
    measured = [row for row in rows if "what" in row]
    cells = {(row["system"], row["what"]): row for row in measured}
    header = ["", *questions.WORKLOADS, "MB resident"]
    lines = []
    for system in dict.fromkeys(row["system"] for row in measured):
        line = [system]
        for what in questions.WORKLOADS:
            row = cells.get((system, what))
            line.append(load_cell(row, cells.get((BASELINE, what))) if row else "")
        most = max(row["rss_mb"] for row in measured if row["system"] == system)
        lines.append([*line, f"{most:,.0f}"])
    return header, lines


def unchanged(rows):
    measured = [row for row in rows if "what" in row]
    baseline = next((row for row in measured if row["system"] == BASELINE), None)
    lines = [
        [
            f"{row['system']}: {row['what']}",
            str(row["status"]),
            load_cell(row, baseline),
            f"{row['whole_mb']:.1f}",
        ]
        for row in measured
    ]
    return ["", "answer", "figures", "MB when whole"], lines


def deliver(rows):
    def cell(row, since):
        return " / ".join(f"{row[f'{since}_{figure}_ms']:.1f}" for figure in ("p50", "p99", "max"))

    lines = [
        [
            row["system"],
            f"{row['clients']:,}",
            f"{row['changes']:,}",
            cell(row, "answered"),
            cell(row, "sent"),
        ]
        for row in rows
        if "clients" in row
    ]
    return ["", "clients", "changes", "since the answer", "since the request"], lines


def idle(rows):
    lines = [
        [
            row["system"],
            f"{row['streams']:,}",
            f"{row['rss_before_mb']:.1f}",
            f"{row['rss_with_mb']:.1f}",
            f"{(row['rss_with_mb'] - row['rss_before_mb']) * 1024 / row['streams']:.1f}",
        ]
        for row in rows
        if "streams" in row
    ]
    return ["", "streams", "MB before", "MB with them", "kB each"], lines


TABLES = {"evaluate": evaluate, "unchanged": unchanged, "deliver": deliver, "idle": idle}


def render(mode, rows):
    rows = [row for row in rows if row["mode"] == mode]
    header, lines = TABLES[mode](rows)
    lines += without_figures(rows, len(header))
    legend = f"{LEGENDS[mode]}."
    if mode in ("evaluate", "unchanged") and any(row["system"] == BASELINE for row in rows):
        legend += " In bold: times Vexil's."
    return "\n\n".join([f"### {TITLES[mode]}", legend, table(header, lines)])
