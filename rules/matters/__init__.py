"""What a rule may be about beside the crimes that it expects; a rule file names these."""

from rules.matters import incidents, victims
from rules.matters.registry import MATTERS, NEEDED

__all__ = ["MATTERS", "NEEDED", "incidents", "victims"]
