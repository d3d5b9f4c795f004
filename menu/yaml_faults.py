"""What the YAML parser complains about, in the words of somebody who has never programmed."""

from __future__ import annotations

from typing import Final, NamedTuple

SYNTAX: Final = "M004"
TAB: Final = "M005"
REFERENCE: Final = "M006"  # the same rule as the loader's ALIAS


class Explanation(NamedTuple):
    rule: str
    reason: str
    hint: str


_INDENT: Final = "Line this up with the lines above it, with spaces."
_QUOTES: Final = 'Put the whole text in double quotes: "..."'
_TAB: Final = Explanation(TAB, "A tab is used to indent.", "Use spaces; tabs are not allowed here.")

# By the words of libyaml (0.2). The first row whose words occur in the complaint counts.
_EXPLANATIONS: Final = (
    ("found a tab character", _TAB),
    (
        "mapping values are not allowed",
        Explanation(
            SYNTAX,
            "A colon stands where none can be.",
            "Put a text that holds a colon in quotes, or line this up with the lines above it.",
        ),
    ),
    (
        "could not find expected ':'",
        Explanation(SYNTAX, "A name without its colon.", 'Write "name: value".'),
    ),
    (
        "did not find expected key",
        Explanation(SYNTAX, "This does not fit the lines above it.", f"{_INDENT} {_QUOTES}"),
    ),
    (
        "did not find expected '-' indicator",
        Explanation(SYNTAX, 'A list ends here without a new "- " line.', _INDENT),
    ),
    (
        "sequence entries are not allowed",
        Explanation(SYNTAX, 'A list cannot begin here with "- ".', "Begin it in the next line."),
    ),
    (
        "did not find expected ',' or",
        Explanation(SYNTAX, "A bracket is not closed before here.", "Add the missing } or ]."),
    ),
    (
        "did not find expected node content",
        Explanation(SYNTAX, "A bracket is not closed, or closed twice.", "Count [ ] and { }."),
    ),
    (
        "found unexpected end of stream",
        Explanation(SYNTAX, "A quote is opened here and never closed.", "Add the closing \" or '."),
    ),
    (
        "unknown escape character",
        Explanation(SYNTAX, "A backslash means something special here.", "Use ' as quotes."),
    ),
    (
        "undefined tag handle",
        Explanation(SYNTAX, "A text cannot begin with ! here.", _QUOTES),
    ),
    (
        "expected alphabetic or numeric character",
        Explanation(
            REFERENCE,
            "A text that begins with * or & is a YAML reference; menus have none.",
            'Put it in quotes, as in "*384*97183#".',
        ),
    ),
)


def explain(problem: str, context: str, char: str) -> Explanation:
    """`problem` and `context` are libyaml's words, `char` is what stands at the place."""
    if "cannot start any token" in problem:
        if char == "\t":
            return _TAB
        return Explanation(SYNTAX, f'A text cannot begin with "{char}" here.', _QUOTES)
    for words, explanation in _EXPLANATIONS:
        if words in problem:
            return explanation
    said = ", ".join(part for part in (context, problem) if part)
    return Explanation(SYNTAX, f"This is not valid YAML ({said}).", "Compare it with the examples.")
