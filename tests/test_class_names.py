"""A class name means one thing in the whole package."""

from collections import defaultdict

from tests.test_packages import MODULES, PACKAGE, facts_of


def test_class_names_are_unique() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for name in facts_of(path).classes:
            places[name].append(path.relative_to(PACKAGE).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
