"""The mapping file: how an export is written, and the events that its rows say."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from rules.instants import zone_named
from rules.vocabulary import Force
from rules.yaml_source import FileFaults, read_model
from streams.tools.mapping.conditions import Columns, NotEmpty, Part, When
from streams.tools.mapping.contract import DATA_OF, MOMENT
from streams.tools.mapping.templates import ContractFault, FromColumns, Template, columns_of, faults_of
from streams.tools.mapping.times import time_format


class MappingError(ValueError):
    """A mapping file that cannot be used; its text is what to print, one fault a line with file and line."""


class EventTemplate(Part):
    """One event: its type, the rows that say it, and where its fields come from."""

    type: str
    when: When = Field(default_factory=dict)
    once_per: Columns | None = None
    identity: Columns | None = Field(default=None, alias="id")
    time: FromColumns | None = None
    subject: FromColumns | None = None
    data: Mapping[str, Template]

    @field_validator("type")
    @classmethod
    def _known_type(cls, name: str) -> str:
        if name not in DATA_OF:
            raise ValueError(f"expected an event type of the contract: {', '.join(sorted(DATA_OF))}")
        return name

    @field_validator("time", "subject")
    @classmethod
    def _one_value(cls, template: FromColumns | None) -> FromColumns | None:
        if template is not None and template.split is not None:
            raise ValueError("expected one value: `split` makes a list")
        return template

    @field_validator("data", mode="wrap")
    @classmethod
    def _as_in_the_contract(cls, value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
        data = handler(value)
        name = info.data.get("type")
        if name is not None and (faults := list(faults_of(name, DATA_OF[name], data))):
            raise ValidationError.from_exception_data("data", [_detail(fault) for fault in faults])
        return data

    @model_validator(mode="after")
    def _id_and_time(self) -> "EventTemplate":
        if self.identity is None and self.once_per is None:
            raise ValueError("expected `id`: the columns that tell this event from every other of its type")
        if self.time is None and MOMENT.get(self.type) not in self.data:
            raise ValueError(f"expected `time`: the column that says when {self.type} happened")
        return self

    @property
    def id_columns(self) -> tuple[str, ...]:
        """The columns that tell this event from every other of its type."""
        return self.identity or self.once_per or ()


def _detail(fault: ContractFault) -> InitErrorDetails:
    path, text = fault
    return InitErrorDetails(type=PydanticCustomError("contract", "{text}", {"text": text}), loc=path, input=None)


class Group(Part):
    """Which rows tell of one incident: their columns, where they stand, and how many are held at most."""

    by: Columns
    rows: Literal["together", "anywhere"] = "together"
    at_most: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000


def _zone_name(value: str) -> str:
    zone_named(value)
    return value


class ExportMapping(Part):
    """An export of one force: how its file is written, and the events that its rows say."""

    force: Force
    source: Annotated[str, Field(min_length=1, max_length=256)]
    time_zone: Annotated[str, AfterValidator(_zone_name)] = "Europe/London"
    time_formats: Annotated[tuple[Annotated[str, AfterValidator(time_format)], ...], NotEmpty] = ("iso",)
    format: Literal["csv", "json_lines"] = "csv"
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    empty: frozenset[str] = frozenset()
    codes: Mapping[str, str] = {}
    group: Group | None = None
    events: Annotated[tuple[EventTemplate, ...], NotEmpty]

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str) -> str:
        try:
            "x".encode(name)
        except LookupError:
            raise ValueError("expected the name of an encoding, as in utf-8-sig or cp1252") from None
        return name

    @model_validator(mode="after")
    def _events_apart(self) -> "ExportMapping":
        seen: set[tuple[str, tuple[str, ...]]] = set()
        for event in self.events:
            if event.once_per is not None and self.group is None:
                raise ValueError("expected `group`, which `once_per` needs: the columns that name one incident")
            if (key := (event.type, event.id_columns)) in seen:
                raise ValueError(
                    f"two events of type {event.type} have the same `id`: add a column that tells them apart"
                )
            seen.add(key)
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which local times without an offset are read."""
        return zone_named(self.time_zone)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping names, in its order."""
        named: dict[str, None] = dict.fromkeys(self.group.by if self.group else ())
        for event in self.events:
            for columns in (event.when, event.once_per or (), event.id_columns):
                named |= dict.fromkeys(columns)
            for template in (event.time, event.subject, *event.data.values()):
                named |= dict.fromkeys(columns_of(template))
        return tuple(named)


def read_mapping(path: Path) -> ExportMapping:
    """Read a mapping file; raises MappingError that names every fault with file and line."""
    try:
        return read_model(ExportMapping, path.read_bytes(), str(path))
    except FileFaults as faults:
        raise MappingError(str(faults)) from None
    except OSError as error:
        raise MappingError(f"{path}: cannot be read: {error.strerror}") from None
