"""Where the value of a field comes from: columns, a constant, a list or an object; checked against the contract."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, Discriminator, Field, Tag, TypeAdapter, ValidationError, model_validator

from streams.tools.mapping.conditions import Columns, Part, When
from streams.tools.mapping.contract import shape_of


class FromColumns(Part):
    """A value that stands in the row: one column, or several joined; looked up in a table; split into a list.

    `default` stands where the columns are empty, and for what the table has no entry for.
    """

    columns: Columns = Field(validation_alias=AliasChoices("column", "columns"))
    joined_by: str = " "
    lookup: Mapping[str, str] | None = None
    default: str | None = None
    split: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value


class Constant(Part):
    """A value that is the same for every row."""

    constant: str | bool | int | list[str]


class Items(Part):
    """A list, of which every row of the group gives these items."""

    items: tuple["Template", ...]

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: object) -> object:
        return {"items": value}


class Fields(Part):
    """An object of the contract, as an entry or a victim, from the rows for which `when` holds."""

    when: When = Field(default_factory=dict)
    fields: Mapping[str, "Template"]

    @model_validator(mode="before")
    @classmethod
    def _from_object(cls, value: Any) -> object:
        fields = {name: template for name, template in value.items() if name != "when"}
        return {"fields": fields} | ({"when": value["when"]} if "when" in value else {})


def _kind_of(value: object) -> str | None:
    match value:
        case str():
            return "column"
        case list():
            return "list"
        case dict() if "constant" in value:
            return "constant"
        case dict() if "column" in value or "columns" in value:
            return "column"
        case dict():
            return "object"
    return None


Template = Annotated[
    Annotated[FromColumns, Tag("column")]
    | Annotated[Constant, Tag("constant")]
    | Annotated[Items, Tag("list")]
    | Annotated[Fields, Tag("object")],
    Discriminator(
        _kind_of,
        custom_error_type="template",
        custom_error_message="expected a column's name, {column: …}, {constant: …}, a list, or an object of the contract",
    ),
]
"""Where the value of a field comes from."""


def columns_of(template: Any) -> Iterator[str]:
    """Yield the columns that a template names; none of what is no template."""
    match template:
        case FromColumns():
            yield from template.columns
        case Items():
            for item in template.items:
                yield from columns_of(item)
        case Fields():
            yield from template.when
            for inner in template.fields.values():
                yield from columns_of(inner)


ContractFault = tuple[tuple[str | int, ...], str]
"""The path of a fault below the templates that were checked, and what was expected there."""


def faults_of(what: str, model: type[BaseModel], fields: Mapping[str, Any]) -> Iterator[ContractFault]:
    """Yield where templates disagree with a model of the contract; `what` is how an error calls its object."""
    for name, field in model.model_fields.items():
        if field.is_required() and name not in fields and name != "force":
            yield (), f"{what} needs `{name}`"
    for name, template in fields.items():
        if name not in model.model_fields or name in ("force", "quality"):
            yield (name,), f"{what} takes no `{name}` from a row"
        else:
            yield from (((name, *path), text) for path, text in _faults_of_field(model, name, template))


def _faults_of_field(model: type[BaseModel], name: str, template: Any) -> Iterator[ContractFault]:
    shape = shape_of(model, name)
    match template:
        case Constant():
            try:
                TypeAdapter(model.model_fields[name].rebuild_annotation()).validate_python(template.constant)
            except ValidationError as error:
                yield ("constant",), error.errors()[0]["msg"]
        case Fields() if shape.kind != "object":
            yield (), f"`{name}` is no object: expected a column's name, a constant or a list"
        case Fields() if shape.model is not None:
            yield from faults_of(name, shape.model, template.fields)
        case Items() if shape.kind != "list":
            yield (), f"`{name}` is no list"
        case Items():
            for place, item in enumerate(template.items):
                yield from (((place, *path), text) for path, text in _faults_of_item(shape.model, name, item))
        case FromColumns() if shape.model is not None:
            yield (), f"`{name}` needs its fields: {', '.join(sorted(shape.model.model_fields))}"
        case FromColumns() if template.split is not None and shape.kind != "list":
            yield ("split",), f"`{name}` is no list"


def _faults_of_item(model: type[BaseModel] | None, name: str, template: Any) -> Iterator[ContractFault]:
    match template:
        case Fields() if model is not None:
            yield from faults_of(f"an item of `{name}`", model, template.fields)
        case Fields() | Items():
            yield (), f"an item of `{name}` is one value: expected a column's name or a constant"
        case _ if model is not None:
            yield (), f"an item of `{name}` needs its fields"
