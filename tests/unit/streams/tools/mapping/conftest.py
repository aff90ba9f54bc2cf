from pathlib import Path

import pytest

from streams.tools.mapping import ExportMapping, read_mapping

from .sample import HEAD, MappingOf


@pytest.fixture
def mapping_of(tmp_path: Path) -> MappingOf:
    def read(*events: str, head: str = HEAD) -> ExportMapping:
        path = tmp_path / "mapping.yaml"
        path.write_text(head + "events:\n" + "".join(events))
        return read_mapping(path)

    return read
