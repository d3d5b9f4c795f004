"""Runs the rounds of a group by turns (A B C A B C ...), so that a busy minute is everybody's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.bar import Bar
from benchmarks.measuring import Round, Sample, Scale, Skipped, quantile
from benchmarks.table import GROUPS, Group


@dataclass(frozen=True, slots=True)
class Row:
    """One benchmark: medians over its rounds, or why there are none."""

    name: str
    samples: Sequence[Sample] = field(default=(), repr=False)
    skipped: str = ""

    @property
    def per_second(self) -> float:
        return median(sample.count / sample.wall_seconds for sample in self.samples)

    @property
    def cpu_us(self) -> float:
        return median(1e6 * sample.cpu_seconds / sample.count for sample in self.samples)

    @property
    def beside_us(self) -> float:
        return median(1e6 * sample.beside_seconds / sample.count for sample in self.samples)

    @property
    def asking_us(self) -> float:
        return median(1e6 * sample.asking_seconds / sample.count for sample in self.samples)

    def wait_ms(self, share: float) -> float | None:
        """A median of quantiles; None where single waits were not taken."""
        found = [quantile(sample.waits, share) for sample in self.samples if sample.waits]
        return 1e3 * median(found) if found else None


def run(scale: Scale, only: Collection[str], bar: Bar) -> Iterator[Row]:
    """The rows in the order of the table."""
    for group in GROUPS:
        wanted = [name for name in group.names if name in only]
        if wanted:
            yield from _run_group(group, wanted, scale, bar)


def _run_group(group: Group, wanted: Sequence[str], scale: Scale, bar: Bar) -> list[Row]:
    try:
        with group.rounds(scale) as rounds:
            return _alternate({name: rounds[name] for name in wanted}, scale, bar)
    except Skipped as fault:
        bar.step(f"{wanted[0]} ...", scale.rounds * len(wanted))
        return [Row(name, skipped=str(fault)) for name in wanted]


def _alternate(rounds: Mapping[str, Round], scale: Scale, bar: Bar) -> list[Row]:
    samples: dict[str, list[Sample]] = {name: [] for name in rounds}
    skipped: dict[str, str] = {}
    for _ in range(scale.rounds):
        for name, measure in rounds.items():
            bar.step(name)
            try:
                samples[name].append(measure())
            except Skipped as fault:
                skipped[name] = str(fault)
    return [Row(name, samples[name], skipped.get(name, "")) for name in rounds]
