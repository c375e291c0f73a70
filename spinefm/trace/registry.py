"""The types of events that a trace can hold, each with its caption. A method registers its own; the trace knows none.

Reading a trace must not depend on what was imported before, so the modules in `PLUGINS` are imported, by name, when an
event is met that no one has registered yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Annotated, Any, Protocol, Union

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

PLUGINS = ("spinefm.trace.captions", "spinefm.methods.registry")
"""Modules whose `register_events()` enters the events that every run ends with, and those of the methods."""

Captions = Mapping[type[Any], Callable[[Any], str]]
"""Event type -> a function from such an event to one line of text."""


class Event(Protocol):
    """What a method emits: a frozen dataclass whose `kind` is a `Literal` that names it in JSON."""

    @property
    def kind(self) -> str:
        """The event's name in JSON, unique over all methods."""
        ...


class EventRegistry:
    """Event types by `kind`, their captions, and the settings that methods have renamed."""

    def __init__(self) -> None:
        self._types: dict[str, type[Any]] = {}
        self._captions: dict[type[Any], Callable[[Any], str]] = {}
        self._renamed: dict[str, Mapping[str, str]] = {}

    def register(self, captions: Captions) -> None:
        """Add event types with their captions; the same type may come twice.

        Raises ValueError where two types share a `kind`: a trace on disk could not tell them apart.
        """
        for event_type, caption in captions.items():
            known = self._types.setdefault(event_type.kind, event_type)
            if known is not event_type:
                raise ValueError(
                    f"{known.__name__} and {event_type.__name__} are both of the kind {event_type.kind!r}."
                )
            self._captions[event_type] = caption

    def rename(self, method: str, renamed: Mapping[str, str]) -> None:
        """Give the settings of a method's older traces their names of today: old -> new, "" for one that is gone."""
        self._renamed[method] = renamed

    def current_names(self, method: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of a trace or an evaluation by the names of today, without those that are gone."""
        self._load()
        renamed = self._renamed.get(method, {})
        return {renamed.get(name, name): value for name, value in settings.items() if renamed.get(name, name)}

    def types(self) -> tuple[type[Any], ...]:
        """All event types, in the order in which they were registered."""
        self._load()
        return tuple(self._types.values())

    def caption(self, event: Event) -> str:
        """The event in one line. Raises TypeError for what is no event."""
        if type(event) not in self._captions:
            self._load()
        if type(event) not in self._captions:
            raise TypeError(f"{type(event).__name__} is not an event of a run.")
        return self._captions[type(event)](event)

    def _load(self) -> None:
        for name in PLUGINS:
            import_module(name).register_events()


EVENTS = EventRegistry()
"""The registry of this process: every method found is entered once, and nothing is ever taken out."""


class StoredEvents:
    """Marks an event in the trace: pydantic reads and writes it as one of the registered types, by its `kind`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of the union of all types registered now."""
        union: Any = Union[EVENTS.types()]  # noqa: UP007 (the members are known at run time only)
        return handler.generate_schema(Annotated[union, Field(discriminator="kind")])
