"""Why a service did not answer, for whoever decides what follows."""

from __future__ import annotations


class Failed(Exception):
    """`outcome` is one of menu.service_parts.FAULTS. `was_sent`: the service may have got the
    request, and done what it asks. `why` is for logs: it holds nothing that anybody typed.
    """

    def __init__(self, outcome: str, why: str, *, was_sent: bool = False) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.why = why
        self.was_sent = was_sent
