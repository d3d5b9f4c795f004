"""The examples that the help pages of `flask outbox` end with."""

from __future__ import annotations

from typing import Final

PAUSE: Final = """\b
Examples:
  flask outbox pause -m "The gateway bills twice; ticket 4711"
  flask outbox pause --gateway kenya -m "Their maintenance until noon"
"""
RESUME: Final = """\b
Examples:
  flask outbox resume
  flask outbox resume --gateway kenya
  flask outbox resume --yes                after a restore, when you have read what it says
"""
SHOW: Final = """\b
Examples:
  flask outbox show
  flask outbox show --json                 the same, for programs
"""
SEARCH: Final = """\b
Examples:
  flask outbox search --status unknown_final --since 2h
  flask outbox search --msisdn -           asks for the number, and shows it to nobody
  flask outbox search --gateway-message-id ATXid_1234
  flask outbox search --gateway kenya --since 2026-11-26T09:00 --until 2026-11-26T10:00
"""
EXPLAIN: Final = """\b
Examples:
  flask outbox explain 019ac0de-0000-7000-8000-000000000001
"""
REQUEUE: Final = """\b
Examples:
  flask outbox requeue 019ac0de-0000-7000-8000-000000000001         states the risk, does nothing
  flask outbox requeue 019ac0de-0000-7000-8000-000000000001 --yes -m "She rang: nothing came"
"""
EXPIRE: Final = """\b
Examples:
  flask outbox expire 019ac0de-0000-7000-8000-000000000001 -m "Wrong text"
  flask outbox expire --older-than 2h --class link                  counts them, does nothing
  flask outbox expire --older-than 2h --class link --yes
"""
