"""The outcome, written down: a table in Markdown for docs/performance.md, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from benchmarks.running import Row
from benchmarks.table import RATIOS, WORDS


def as_markdown(rows: Sequence[Row], machine: Mapping[str, str]) -> str:
    return "\n".join(_lines(rows, machine))


def as_json(rows: Sequence[Row], machine: Mapping[str, str]) -> Mapping[str, object]:
    """Every round of every benchmark; of single waits the quantiles only."""
    return {"machine": machine, "benchmarks": {row.name: _told(row) for row in rows}}


def _lines(rows: Sequence[Row], machine: Mapping[str, str]) -> Iterator[str]:
    yield ", ".join(f"{name} {value}" for name, value in machine.items()) + "."
    yield ""
    yield "| name | what | a second | CPU µs | beside µs | p50 / p99 ms |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        yield f"| `{row.name}` | {WORDS[row.name]} | {_figures(row)} |"
    by_name = {row.name: row for row in rows if row.samples}
    told = [_ratio(by_name[one], by_name[two]) for one, two in RATIOS if {one, two} <= set(by_name)]
    if told:
        yield ""
        yield from told
    asking = [row.asking_us for row in rows if row.samples and row.asking_us]
    if asking:
        yield f"- The generator itself took {min(asking):.0f} to {max(asking):.0f} µs a request."


def _figures(row: Row) -> str:
    if not row.samples:
        return f"skipped: {row.skipped} | | | "
    middle, late = row.wait_ms(0.5), row.wait_ms(0.99)
    waits = f"{middle:.2f} / {late:.2f}" if middle is not None and late is not None else ""
    beside = _number(row.beside_us) if row.beside_us else ""
    return f"{_number(row.per_second)} | {_number(row.cpu_us)} | {beside} | {waits}"


def _ratio(one: Row, two: Row) -> str:
    speed, cost = one.per_second / two.per_second, one.cpu_us / two.cpu_us
    return f"- `{one.name}` / `{two.name}`: {speed:.2f} x a second, {cost:.2f} x the CPU."


def _number(value: float) -> str:
    """Three digits say what is known."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _told(row: Row) -> Mapping[str, object]:
    if not row.samples:
        return {"skipped": row.skipped}
    return {
        "a_second": row.per_second,
        "cpu_us": row.cpu_us,
        "beside_us": row.beside_us,
        "p50_ms": row.wait_ms(0.5),
        "p99_ms": row.wait_ms(0.99),
        "rounds": [{**asdict(sample), "waits": len(sample.waits)} for sample in row.samples],
    }
