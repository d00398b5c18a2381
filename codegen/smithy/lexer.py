"""Splits Smithy IDL text into tokens.

A token is (kind, value, line). Kinds: `word` (identifier), `string`, `number`, `punct`, `control`
(`$name`), `end`. Comments and documentation comments are dropped; commas are white space, as in Smithy.
"""

import json
import re
from dataclasses import dataclass


class SmithyError(Exception):
    """A mistake in a model file; the text begins with `file:line`."""

    def __init__(self, file: str, line: int, message: str):
        super().__init__(f"{file}:{line}: {message}")


@dataclass(frozen=True)
class Token:
    kind: str
    value: object
    line: int


_TOKEN = re.compile(
    r"""(?P<space>[\s,]+)
      | (?P<comment>//[^\n]*)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<control>\$[A-Za-z_]\w*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<punct>:=|[{}\[\]():=@#.])
    """,
    re.VERBOSE,
)


def tokenize(file: str, text: str) -> list[Token]:
    """All tokens of `text`, closed by one of kind `end`."""
    tokens = []
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            what = "string without an end" if text[position] == '"' else f"unexpected character {text[position]!r}"
            raise SmithyError(file, line, what)
        kind, lexeme = match.lastgroup, match.group()
        if kind not in ("space", "comment"):
            tokens.append(Token(kind, _value(file, line, kind, lexeme), line))
        line += lexeme.count("\n")
        position = match.end()
    tokens.append(Token("end", "end of file", line))
    return tokens


def _value(file: str, line: int, kind: str, lexeme: str):
    if kind == "string":
        try:
            return json.loads(lexeme)
        except json.JSONDecodeError as error:
            raise SmithyError(file, line, f"bad escape in string: {error.msg}") from None
    if kind == "number":
        return float(lexeme) if re.search(r"[.eE]", lexeme) else int(lexeme)
    return lexeme
