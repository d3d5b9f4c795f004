"""India's DLT: the ids of entity, header and template that travel with an SMS to its networks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DltIds:
    """`entity_id` is the Principal Entity's; `header` the approved sender ID, where it differs."""

    entity_id: str
    header: str | None = None
    template_id: str | None = None
