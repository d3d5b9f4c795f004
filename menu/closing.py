"""What a caller reads where something is switched off, and the notice that stands above screens.

Pure. Whoever stands at or behind a screen that is off reads the reason and the way back; where he
came in there, the reason is all, and the dialogue ends.
"""

from __future__ import annotations

from menu.known import Known
from menu.language import Language
from menu.paging import Footers, pages_of
from menu.switches import Switch
from telecom.encoding import Limit

NO_WAY: Footers = Footers()


def closed_by(known: Known) -> Switch | None:
    """Why the caller cannot go on from where he stands; None where he can."""
    switches, now = known.program.switches, known.now
    if not switches.may_close:
        return None
    screen = known.program.screens[known.place.screen]
    if screen.call is not None and (off := switches.off_service(screen.call.service, now)):
        return off
    behind = (crumb.screen for crumb in reversed(known.place.path))
    offs = (switches.off_screen(name, now) for name in (screen.name, *behind))
    return next((off for off in offs if off is not None), None)


def pages_of_closed(known: Known, off: Switch, language: Language, limit: Limit) -> tuple[str, ...]:
    footers = known.program.ways_out[language].deeper if known.place.path else NO_WAY
    return pages_of(off.told.in_language(language), (), footers, limit)


def with_notice(
    known: Known,
    pages: tuple[str, ...],
    text: str,
    lines: tuple[str, ...],
    footers: Footers,
    language: Language,
    limit: Limit,
) -> tuple[str, ...]:
    """The same pages with the notice above the first. Where a dialogue begins it always stands, and
    the screen takes another page if it must; elsewhere only where there is room for both."""
    notice = known.program.switches.notice(known.now)
    if notice is None:
        return pages
    told = notice.told.in_language(language)
    first = f"{told}\n{pages[0]}"
    if limit.fits(first):
        return (first, *pages[1:])
    if known.place.path or known.place.query:
        return pages
    return pages_of(f"{told}\n{text}" if text else told, lines, footers, limit)
