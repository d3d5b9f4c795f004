"""What a process that serves does about Python's garbage collector once it has loaded."""

from __future__ import annotations

import gc
from typing import Final

# New objects before a look at them. Python's own 700 is less than one webhook or one batch makes.
YOUNG: Final = 10_000


def settle() -> None:
    """What is there now stays for good, so no collection walks through it any more.

    That is 180,000 objects, and 120 to 180 ms in which nobody is answered (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
