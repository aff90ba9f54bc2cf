"""Which phrases of the lexicon stand in a text, and what turns them: the one place that ever reads the log's words.

A text is read clause by clause (to a comma, "but", "however", a full stop or the end of the line). What remains of it is
a list of marks `[phrase, negation, speaker]` in the lexicon's own words. Whether a mark discloses a crime is decided
later, by the rule of its day: here nothing is judged. Lines that begin `Q:` are questions and are not read (reading R27).
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from typing import Literal, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from pydantic import BaseModel, ConfigDict, Field

Mark = list[str]
"""`[phrase, negation, speaker]`: negation is `not`, `denied` or empty, speaker is one of SPEAKERS or empty."""

CueKind = Literal[
    "not", "not_before", "denied", "no_negation", "harmless", "absorbs", "says", "victim", "suspect", "bystander"
]
SPEAKERS = ("victim", "suspect", "bystander")

_CLAUSE_END = re.compile(r"(?P<sentence>(?<![.;!?])[.;!?]++(?=\s|$)|[\n\r]+)|,|\bbut\b|\bhowever\b")
_QUESTION = re.compile(r"^[ \t]*Q[ \t]*:[^\n\r]*", re.MULTILINE | re.IGNORECASE)
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_BLANKS = re.compile(" {2,}")


def spelled(form: str) -> Iterator[str]:
    """Yield every way to read a form in lower case: `hit [her|him]` is two, and a choice may be empty, as `[a|]`."""
    choices = [part.split("|") if place % 2 else [part] for place, part in enumerate(_CHOICE.split(form.lower()))]
    for chosen in product(*choices):
        yield " ".join("".join(chosen).split())


class Phrase(BaseModel):
    """One phrase of a family with the other ways in which logs write it; `phrase` is the one that users read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrase: str = Field(pattern=r"^[^\[\]|]+$")
    variants: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()

    def forms(self) -> Iterator[str]:
        """Yield every form by which the phrase is found, in lower case."""
        for form in (self.phrase, *self.variants, *self.misspellings):
            yield from spelled(form)


class Family(BaseModel):
    """A disclosure family: what it is a sign of, where that comes from, and its phrases."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    title: str
    offence_group: str
    discloses: bool = True
    notifiable_from: date = date.min
    notifiable_until: date = date.max
    source: str
    phrases: tuple[Phrase, ...]

    def discloses_on(self, day: date) -> bool:
        """Whether its phrases disclose a notifiable crime in a report of a local day, the first and last included."""
        return self.discloses and self.notifiable_from <= day <= self.notifiable_until


class Cues(BaseModel):
    """The words that turn a phrase: negations, what negates nothing, what only sounds like one, and who is speaking."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    cues: Mapping[CueKind, tuple[str, ...]]


class _Found(NamedTuple):
    start: int
    end: int
    kind: str
    text: str


class Lexicon:
    """All families and cues, compiled into one automaton that reads a text once."""

    def __init__(self, families: Iterable[Family], cues: Cues) -> None:
        self.families: dict[str, Family] = {family.family: family for family in families}
        self.family_of: dict[str, str] = {}
        meanings: dict[str, tuple[str, str]] = {}
        for kind, words in cues.cues.items():
            meanings.update({form: (kind, word) for word in words for form in spelled(word)})
        for family in self.families.values():
            for phrase in family.phrases:
                self.family_of[phrase.phrase] = family.family
                meanings.update(dict.fromkeys(phrase.forms(), ("phrase", phrase.phrase)))
        self._patterns = list(meanings)
        self._meanings = [meanings[pattern] for pattern in self._patterns]
        self._automaton = AhoCorasick(self._patterns, matchkind=MatchKind.Standard)

    def marks(self, text: str) -> list[Mark]:
        """Return the marks of a text, each once, in the order in which they stand."""
        plain = _plain(text)
        found = self._found(plain)
        if not any(item.kind == "phrase" for item in found):
            return []
        marks: dict[tuple[str, str, str], None] = {}
        ahead = deque(found)
        sentence = _Sentence()
        for end, ends_sentence in [*_clause_ends(plain), (len(plain), True)]:
            clause = []
            while ahead and ahead[0].end <= end:
                clause.append(ahead.popleft())
            marks.update(dict.fromkeys(sentence.read(clause)))
            if ends_sentence:
                sentence = _Sentence()
        return [list(mark) for mark in marks]

    def _found(self, plain: str) -> list[_Found]:
        """Return what stands in the text as whole words: of overlapping finds the first, of these the longest.

        A phrase that discloses no crime stands beside the one in which it begins and after which it ends: in "threatened
        her husband" the threat hides no husband. So does the negation at the end of such a phrase: "cctv shows no assault".
        """
        finds = self._automaton.find_matches_as_indexes(plain, overlapping=True)
        found: list[_Found] = []
        for start, end, index in sorted((start, -end, index) for index, start, end in finds):
            if (start and plain[start - 1].isalnum()) or (-end < len(plain) and plain[-end].isalnum()):
                continue
            if plain.startswith("'s", -end) and self._meanings[index][0] in SPEAKERS:
                continue  # the victim's husband is not the victim
            item = _Found(start, -end, *self._meanings[index])
            if not found or start >= found[-1].end or self._stands_beside(found[-1], item):
                found.append(item)
        return found

    def _stands_beside(self, before: _Found, item: _Found) -> bool:
        if before.kind != "phrase":
            return False
        if item.kind == "not":
            return item.end == before.end and not self._discloses(before)
        return item.kind == "phrase" and item.end > before.end and not self._discloses(item)

    def _discloses(self, phrase: _Found) -> bool:
        return self.families[self.family_of[phrase.text]].discloses


def _plain(text: str) -> str:
    """Return what is read of a text: no questions, in lower case, one kind of apostrophe and single blanks."""
    plain = _QUESTION.sub("", text).lower().replace("\u2019", "'").replace("\t", " ").replace("\u00a0", " ")
    return _BLANKS.sub(" ", plain) if "  " in plain else plain


def _clause_ends(plain: str) -> list[tuple[int, bool]]:
    return [(match.end(), match.lastgroup == "sentence") for match in _CLAUSE_END.finditer(plain)]


class _Sentence:
    """Reads the clauses of one sentence: who was named last, and who says what stands in it.

    Somebody who is only mentioned does not speak; who speaks goes on to the end of the sentence, or until another does.
    """

    def __init__(self) -> None:
        self._named = ""
        self._speaker = ""

    def read(self, clause: list[_Found]) -> list[tuple[str, str, str]]:
        """Return each phrase of a clause with its negation and speaker.

        A negation turns one phrase, the next, or the last one where it says that this did not happen.
        """
        turned: list[tuple[str, str, str]] = []
        pending = ""
        for item in clause:
            match item.kind:
                case "victim" | "suspect" | "bystander":
                    self._named = item.kind
                case "says":
                    self._speaker = self._named
                case "denied":
                    self._speaker, pending = self._named, "denied"
                case "not":
                    pending = "not"
                case "absorbs":
                    pending = ""
                case "not_before" if turned:
                    turned[-1] = (turned[-1][0], "not", self._speaker)
                    pending = ""
                case "phrase":
                    turned.append((item.text, pending, self._speaker))
                    pending = ""
        return turned
