"""Films of meshes: the thickness of a cube is its side; views and facings are those of the pose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import mesh_films
from bench.mesh_films import LIMBS, TRUNK, Pose, draw

SIDE = 0.1


def _cube(path: Path, side: float = SIDE) -> None:
    """A cube about the origin as binary STL, its triangles counter-clockwise seen from outside."""
    triangles = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            u, v = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
            corners = [sign * np.eye(3)[axis] + a * u + b * v for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            ring = corners if sign > 0 else corners[::-1]
            triangles += [(ring[0], ring[1], ring[2]), (ring[0], ring[2], ring[3])]
    facet = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    facets = np.zeros(len(triangles), facet)
    facets["corners"] = np.array(triangles) * side / 2
    path.write_bytes(b"\0" * 80 + np.array(len(triangles), "<u4").tobytes() + facets.tobytes())


@pytest.mark.parametrize("turn", [0.0, np.pi / 2, np.pi])
def test_a_cube_is_as_thick_as_its_side(tmp_path: Path, turn: float) -> None:
    _cube(tmp_path / "cube.stl")
    mesh = mesh_films._mesh(tmp_path, "cube")
    pose = Pose(mesh_films._rotation(turn, 0.0, 0.0), np.zeros(3), 0.2)
    thick, shell = mesh_films._projected(mesh, np.zeros(3), pose, (100, 80))
    assert abs(thick[40:60, 30:50].mean() - SIDE) < 0.004 and thick[5:15].max() < 0.01
    assert abs(shell[40:60, 30:50].mean() - 2) < 0.1  # in through one face, out through another


@pytest.mark.parametrize(
    ("kind", "views"), [("frontal", ["frontal"]), ("oblique", ["frontal"]), ("limb", ["radiograph"])]
)
def test_films_that_are_not_lateral_face_nowhere(tmp_path: Path, kind: str, views: list[str]) -> None:
    for name in {*TRUNK, *(name for limb in LIMBS for name in limb)}:
        _cube(tmp_path / f"{name}.stl", 0.05)
    film, view, faces = draw(tmp_path, 5, kind)
    assert view in views and faces == "" and film.min() >= 0 and film.max() <= 1


def test_a_lateral_film_says_where_it_faces(tmp_path: Path) -> None:
    for name in TRUNK:
        _cube(tmp_path / f"{name}.stl", 0.05)
    found = {draw(tmp_path, seed, "lateral")[2] for seed in range(6)}
    assert found == {"left", "right"}


def test_forward_is_to_the_right_without_a_turn() -> None:
    assert np.allclose(mesh_films._rotation(0, 0, 0) @ (1, 0, 0), (1, 0, 0))
    assert np.allclose(mesh_films._rotation(np.pi, 0, 0) @ (1, 0, 0), (-1, 0, 0))
