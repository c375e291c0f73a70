"""Splits in which no subject is on both sides."""

from spinefm.data.splits import by_subject, subject_disjoint

SPLITS = {"train": ["a", "b", "c"], "val": ["d", "e"], "test": ["f", "g"]}
SUBJECTS = {"a": "1", "b": "2", "c": "3", "d": "2", "e": "4", "f": "1", "g": "4"}


def test_the_test_part_is_kept_whole_and_its_subjects_leave_the_others():
    assert subject_disjoint(SPLITS, SUBJECTS) == {
        "disjoint-train": ("c",),
        "disjoint-val": ("d",),
        "disjoint-test": ("f", "g"),
    }


def test_films_of_a_subject_stay_together_and_all_films_are_used():
    subjects = {f"film {number}": str(number // 2) for number in range(400)}
    parts = by_subject(subjects)
    assert sorted(name for names in parts.values() for name in names) == sorted(subjects)
    sides = [{subjects[name] for name in names} for names in parts.values()]
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
    assert 90 < len(sides[0]) < 150


def test_a_film_stays_where_it_is_when_others_come():
    few = by_subject({"x": "x", "y": "y"})
    many = by_subject({name: name for name in "uvwxyz"})
    assert all(set(few[part]) <= set(many[part]) for part in few)
