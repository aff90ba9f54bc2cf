"""The named facts from which rules are written: small functions, each with its one line of text and its paragraph.

A rule file may only combine these. The text of an explanation is the first line of a fact's docstring, so it is written
for the supervisor who reads it.
"""

from rules.facts import disposals, records, reports, victims
from rules.facts.registry import FACTS, Fact, Matter, Moment, fact

__all__ = ["FACTS", "Fact", "Matter", "Moment", "disposals", "fact", "records", "reports", "victims"]
