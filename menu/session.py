"""One caller's place in a menu: a small value that lives in Redis between two turns."""

from __future__ import annotations

import msgspec

from menu.place import Crumb, Place


class Session(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """`turn` counts the answered turns and is the version for compare-and-set (first answer: 1).

    `heard` is the raw text of the last turn, kept so that a repeat is recognised; `hidden` is the
    number of characters that it had behind that, which nobody may keep. `shown` is the answer to
    it, replayed byte for byte. `at` is the time of the last turn, seconds since the epoch.

    `code` is the service code that was dialled, "" on other channels. `offers`: the caller was
    asked whether he goes on where he was dropped, which is the place of this session. A dialogue
    that went on in another session has an `origin`, the key of the session in which it began, and
    had `ahead` turns more than this session has. `is_private`: somebody typed a secret in it.

    `offer` is the text that "1" stands for, after "did you mean"; `is_lost`: it began with a text
    that nobody understood, and none was understood since. `began_at` is the time of its first turn
    (0: nobody knows). The others are those of `Place`.

    `taken_up`, where it began in another session and perhaps by another gateway: that gateway;
    where it goes on by SMS, also the name of what its next turn does, which may be done already,
    and then the text that was that turn. `offers_answer`: the caller was asked whether he reads his
    last answer (`page` 0), or reads a page of it.
    """

    menu_version: int
    turn: int
    screen: str
    language: str
    path: tuple[Crumb, ...] = ()
    heard: str = ""
    shown: str = ""
    ended: bool = False
    at: float = 0.0
    sequence: int | None = None
    page: int = 0
    query: str = ""
    rows: dict[str, str] = {}
    values: dict[str, str] = {}
    tries: int = 0
    returns: tuple[str, ...] = ()
    hidden: int = 0
    code: str = ""
    origin: str = ""
    ahead: int = 0
    offers: bool = False
    is_private: bool = False
    offer: str = ""
    is_lost: bool = False
    began_at: float = 0.0
    taken_up: tuple[str, ...] = ()
    offers_answer: bool = False

    @property
    def place(self) -> Place:
        return Place(
            screen=self.screen,
            language=self.language,
            path=self.path,
            page=self.page,
            query=self.query,
            rows=self.rows,
            values=self.values,
            tries=self.tries,
            returns=self.returns,
        )
