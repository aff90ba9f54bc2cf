"""What is written under deploy/ is what would be written today."""

from deploy.source import ROOT
from deploy.source.everything import FOLDERS, everything

AGAIN = "python -m deploy.source"


def test_what_is_committed_is_what_is_written_today() -> None:
    written = everything()

    differs = [name for name, text in written.items() if (ROOT / name).read_text("utf-8") != text]

    assert not differs, AGAIN


def test_nothing_lies_beside_it_that_is_not_written() -> None:
    there = {str(file.relative_to(ROOT)) for folder in FOLDERS for file in (ROOT / folder).glob("*") if file.is_file()}

    assert there <= set(everything()), AGAIN
