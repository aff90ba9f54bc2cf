"""The knobs: `RECORDING_*` variables or a YAML file, checked at the start; a wrong one is named with what was expected."""

import os
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from re import fullmatch
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, YamlConfigSettingsSource

from rules.force import ForceProfile
from rules.yaml_source import Fault, FileFaults, fault_at, read_model
from streams.kafka.combinations import MECHANISMS, PROTOCOLS, disagreements

_FILE = "RECORDING_SETTINGS"


_ISO = TypeAdapter(timedelta)


def _duration(given: Any) -> timedelta:
    """Take a plain number as seconds, as a person would write them; anything else is ISO 8601, as `PT2M`."""
    try:
        return timedelta(seconds=float(given))
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        return _ISO.validate_python(given)
    except ValidationError:
        raise PydanticCustomError("duration", "expected seconds, or a duration as PT2M") from None


def _at_least(least: timedelta) -> AfterValidator:
    def check(given: timedelta) -> timedelta:
        if given < least:
            expected = {"least": least.total_seconds()}
            raise PydanticCustomError("duration", "expected at least {least} seconds", expected)
        return given

    return AfterValidator(check)


def _written(pattern: str, expected: str) -> AfterValidator:
    """Return what refuses a text that is not written in a way, and says in words what was expected."""

    def check(given: str) -> str:
        if not fullmatch(pattern, given):
            raise PydanticCustomError("written", "expected {expected}", {"expected": expected})
        return given

    return AfterValidator(check)


def _networks(given: str) -> str:
    try:
        for each in filter(None, (part.strip() for part in given.split(","))):
            ip_network(each)
    except ValueError:
        raise PydanticCustomError(
            "networks", "expected addresses as 10.0.0.5 or 10.0.0.0/24, several with commas between"
        ) from None
    return given


Duration = Annotated[timedelta, BeforeValidator(_duration), _at_least(timedelta(milliseconds=1))]


MailAddress = Annotated[
    str, _written(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", "an address without a name, as duty@police.example")
]
"""Where mail goes to, or comes from."""
MAX_FORCES = 200
"""How many forces a worker takes events of: more than four times those of England and Wales."""


class Forces:
    """The forces that have a file of their own; any other one is taken as it comes."""

    def __init__(self, profiles: Mapping[str, ForceProfile]) -> None:
        self._profiles = dict(profiles)
        self._lists = {(feed, profile.force) for profile in self for feed in profile.sources}
        self._listed = {
            (feed, source, profile.force)
            for profile in self
            for feed, sources in profile.sources.items()
            for source in sources
        }
        self._taken = {(feed, source) for feed, source, _ in self._listed}

    def profile(self, force: str) -> ForceProfile:
        """Return the profile of a force, with the usual zone and no codes of its own where it has no file."""
        if (known := self._profiles.get(force)) is None:
            known = self._profiles[force] = ForceProfile(force=force)
        return known

    def allows(self, source: str, feed: str, force: str) -> bool:
        """Whether events of a force may come from a source over a feed.

        They may from those that the force lists, else from any that no other force lists for itself. Beyond so many forces
        without a file no further one is taken: their names would fill memory and metrics.
        """
        if force not in self._profiles and len(self._profiles) >= MAX_FORCES:
            return False
        if (feed, force) in self._lists:
            return (feed, source, force) in self._listed
        return (feed, source) not in self._taken

    def __iter__(self) -> Iterator[ForceProfile]:
        return iter(list(self._profiles.values()))

    def with_habits(self, feed: str) -> list[ForceProfile]:
        """Return the forces that say of a feed for how long it may be silent."""
        return [profile for profile in self if feed in profile.feeds]


class Settings(BaseSettings):
    """What may be set; every name is also a variable, as `RECORDING_FORCES` for `forces`."""

    model_config = SettingsConfigDict(env_prefix="RECORDING_", extra="forbid", hide_input_in_errors=True)

    forces: Path | None = None
    """The folder with one folder a force, each with its force.yaml."""
    rulebook: Path | None = None
    """A folder of rule files to use in place of the one that ships with the project."""
    broker: Annotated[str, _written(r"[^\s,:/]+:\d+(,[^\s,:/]+:\d+)*", "host:port, several with commas between")] = (
        "127.0.0.1:9092"
    )
    """Kafka's addresses as `host:port`, several with commas between."""
    security: Annotated[str, _written("|".join(PROTOCOLS), f"one of {', '.join(PROTOCOLS)}")] = "plaintext"
    """How Kafka is spoken to: openly, over TLS, with a name, or both."""
    ca_file: Path | None = None
    """The authorities that may have signed the brokers' certificates, PEM; unset: those of the machine."""
    certificate_file: Path | None = None
    """The certificate, PEM, by which a broker that asks for one knows who connects."""
    key_file: Path | None = None
    """The key of that certificate, PEM without a passphrase."""
    sasl_mechanism: Annotated[str, _written("|".join(MECHANISMS), f"one of {', '.join(MECHANISMS)}")] | None = None
    """How the name is proved."""
    sasl_username: str | None = None
    """The name, of SCRAM and PLAIN."""
    sasl_password_file: Path | None = None
    """The file with its password; a line end after it is no part of it."""
    oauth_client_id: str | None = None
    """The name at the token endpoint, of OAUTHBEARER."""
    oauth_client_secret_file: Path | None = None
    """The file with its secret; a line end after it is no part of it."""
    oauth_token_endpoint: (
        Annotated[
            str,
            _written(
                r"https://[^\s@]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s@]*)?",
                "https://…, or http:// on this machine",
            ),
        ]
        | None
    ) = None
    """Where tokens are asked for by client credentials; its certificate is checked with the machine's authorities."""
    oauth_scope: str | None = None
    """The scope to ask for, if the endpoint wants one."""
    application: Annotated[
        str, _written(r"[A-Za-z0-9._-]{1,64}", "1 to 64 letters, digits, dots, underscores and hyphens")
    ] = "recording-monitor"
    """The name of the workers' consumer group, and the prefix of the topics that belong to them alone."""
    instance: Annotated[
        str, _written(r"[A-Za-z0-9._-]{0,64}", "at most 64 letters, digits, dots, underscores and hyphens")
    ] = ""
    """A name of this worker that outlives it, as `worker-0`: started again within its session, it has its partitions back."""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 12
    """How many partitions the topics get that are created, and how many the internal ones must have."""
    replication: Annotated[int, Field(ge=-1, le=32767)] = -1
    """How many copies of each partition; -1: what the broker has as its default."""
    host: str = "127.0.0.1"
    """The address on which a worker serves its metrics and health."""
    port: Annotated[int, Field(ge=0, le=65535)] = 9464
    """The port of that; 0: a free one."""
    desk_host: str = "127.0.0.1"
    """The address on which a desk serves the supervisors' page."""
    desk_port: Annotated[int, Field(ge=0, le=65535)] = 9465
    """The port of that; 0: a free one."""
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    """The addresses or networks of the proxies that say who somebody is; none: one local user, on this machine alone."""
    desk_people: Path | None = None
    """The file that says what each group a proxy names may see and do."""
    desk_role: Literal["viewer", "supervisor", "registrar"] = "supervisor"
    """What the local user may do, where there is no proxy."""
    page_severities: frozenset[str] = frozenset({"critical", "high"})
    """The severities that are handed to Alertmanager (reading R24)."""
    alertmanagers: Annotated[
        str, _written(r"(https?://[^\s,]+(,https?://[^\s,]+)*)?", "http://host:port, several with commas between")
    ] = ""
    """The addresses of every Alertmanager that is told of the alerts that page; none: nobody is."""
    alertmanager_interval: Duration = timedelta(minutes=1)
    """How often every alert that stands is sent to Alertmanager again."""
    escalate_critical: Duration = timedelta(hours=4)
    """How long a critical alert may page and not be taken before the duty inspector is told too (M38)."""
    escalate_high: Duration = timedelta(hours=24)
    """How long one of severity high may."""
    desk_address: (
        Annotated[str, _written(r"https?://[^\s?#]+", "https://host, as people's browsers reach it")] | None
    ) = None
    """The address of the supervisors' page, for the links in what is sent to people; unset: without links."""
    smtp_host: Annotated[str, _written(r"[^\s,:/]+:\d+", "host:port")] | None = None
    """The mail server that takes the list, as `host:port`; unset: the list is not sent to anybody."""
    smtp_security: Literal["plaintext", "starttls", "tls"] = "starttls"
    """How the mail server is spoken to: openly, over TLS once it was asked for, or over TLS from the first word on."""
    smtp_from: MailAddress | None = None
    """The address that the list comes from."""
    smtp_username: str | None = None
    """The name at the mail server, if it asks for one."""
    smtp_password_file: Path | None = None
    """The file with its password; a line end after it is no part of it."""
    page_limit: Annotated[int, Field(ge=1)] = 100
    """How many alerts of a force may page within a minute before one speaks for the next of them."""
    retention: Duration = timedelta(days=396)
    """How old an event about an incident that is not held may be: thirteen months."""
    flush: Duration = timedelta(milliseconds=100)
    """How often outputs, states and acknowledgements go out."""
    commit: Duration = timedelta(seconds=1)
    """How often what was acknowledged is committed."""
    heartbeat: Duration = timedelta(seconds=5)
    """How often each stage says how far it has read."""
    sweep: Duration = timedelta(seconds=1)
    """How often the deadlines that have passed are looked for."""
    reconcile: Duration = timedelta(hours=1)
    """How often what is kept is compared with what was published."""
    session: Annotated[Duration, _at_least(timedelta(seconds=6))] = timedelta(seconds=30)
    """How long a worker may be silent before the broker gives its partitions to another one."""
    hold: Duration = timedelta(minutes=2)
    """How long a deadline waits for a crime feed that has not been read past it."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let variables win over the file that RECORDING_SETTINGS names."""
        file = os.environ.get(_FILE)
        named = (YamlConfigSettingsSource(settings_cls, yaml_file=file),) if file else ()
        return (init_settings, env_settings, *named)


class WrongSettings(ValueError):
    """One line a setting that is wrong: its name, and what was expected."""


def load_settings(**given: Any) -> Settings:
    """Read the settings; what is `given` wins over variables and the file. Raises WrongSettings."""
    known = {_FILE, *(f"RECORDING_{name.upper()}" for name in Settings.model_fields)}
    for name in sorted(os.environ):
        if name.startswith("RECORDING_") and name not in known and (near := get_close_matches(name, known, 1, 0.85)):
            raise WrongSettings(f"{name}: expected {near[0]}")
    file = os.environ.get(_FILE)
    if file and not Path(file).is_file():
        raise WrongSettings(f"{_FILE}: expected a file")
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = [f"{_named(str(fault['loc'][0]), file)}: {fault['msg']}" for fault in error.errors()]
        raise WrongSettings("; ".join(lines)) from None
    except (yaml.YAMLError, ValueError, TypeError):
        raise WrongSettings(f"{_FILE}: expected YAML of settings by name") from None
    for name in ("forces", "rulebook"):
        folder = getattr(settings, name)
        if folder is not None and not folder.is_dir():
            raise WrongSettings(f"RECORDING_{name.upper()}: expected a folder")
    if settings.desk_people is not None and not settings.desk_people.is_file():
        raise WrongSettings("RECORDING_DESK_PEOPLE: expected a file")
    if wrong := disagreements(settings.model_dump()):
        raise WrongSettings("; ".join(f"{_named(name, file)}: expected {said}" for name, said in wrong))
    return settings


def _named(name: str, file: str | None) -> str:
    """Return how a setting was written: as a variable, or as a name in the file."""
    variable = f"RECORDING_{name.upper()}"
    return f"{_FILE}: {name}" if file and variable not in os.environ else variable


def load_forces(folder: Path | None) -> Forces:
    """Read the file of every force in a folder; raises FileFaults that names every fault with its line."""
    profiles: dict[str, ForceProfile] = {}
    faults: list[Fault] = []
    for file in sorted(folder.glob("*/force.yaml")) if folder is not None else ():
        try:
            named = f"{file.parent.name}/{file.name}"
            profile = read_model(ForceProfile, content := file.read_bytes(), named)
            if profile.force in profiles:
                faults.append(fault_at(named, content, ("force",), "expected a force that no other file describes"))
            profiles[profile.force] = profile
        except FileFaults as found:
            faults += found.faults
    if faults:
        raise FileFaults(faults)
    return Forces(profiles)


def unmapped_codes(folder: Path | None) -> list[Fault]:
    """Name, of every force in a folder, the codes of its control room that map to nothing today.

    A worker takes such a code as it comes, counts it and expects nothing of it: that is for somebody to mend.
    """
    faults: list[Fault] = []
    for file in sorted(folder.glob("*/force.yaml")) if folder is not None else ():
        named = f"{file.parent.name}/{file.name}"
        profile = read_model(ForceProfile, content := file.read_bytes(), named)
        for place, code in enumerate(profile.known_codes):
            if profile.code_map.key(code, date.max) is None:
                faults.append(fault_at(named, content, ("known_codes", place), "expected a code that the map knows"))
    return faults
