"""What `${NAME}` in a menu stands for, read from the environment when it is needed."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from menu.service_parts import REFUSED, Basic, Secret
from services.faults import Failed

# What can stand in a header without ending it.
VISIBLE: Final = re.compile(r"[!-~]([ -~]*[!-~])?")
MOST: Final = 8000


class Secrets:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def get(self, secret: Secret) -> str:
        """Raises Failed; its text has the name, and nothing of the value."""
        value = self._environ.get(secret.name, "").strip()
        if not value:
            raise Failed(REFUSED, f"{secret.name} is not set")
        if len(value) > MOST or not VISIBLE.fullmatch(value):
            raise Failed(REFUSED, f"{secret.name} has characters that no header can have")
        return value

    def basic(self, auth: Basic) -> str:
        pair = f"{self.get(auth.username)}:{self.get(auth.password)}"
        return "Basic " + b64encode(pair.encode()).decode()
