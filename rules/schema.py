"""The shape of a rule file as JSON Schema, by which an editor completes and checks it."""

import json
from typing import Any

from rules.rule import Rule

FILE = "rule.schema.json"
"""Its name beside the book's folders, which every rule file names in its first line."""


def as_written() -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(rule_schema(), indent=2, ensure_ascii=False)


def rule_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a rule file: its keys, facts, matters, kinds and severities.

    What one rule cannot know of the others, and whether a value fits its fact, `rules check` alone says.
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rule.model_json_schema(by_alias=True)}
