"""Films of a skeleton's meshes for the view network: `python -m bench.mesh_films MESHES --out DIR [--n 1200]`.

The simulator draws frontal films and limbs roughly, and a network that knows no others takes real shapes for something
else. This projects surface meshes of bones (the `meshes` folder of the package myo-sim 0.2.4, Apache-2.0) through soft
tissue: the trunk from the front, obliquely and from the side, and limbs from anywhere. Films from the side are lateral
films of a region, without outlines: use the folder for the view network alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.phantom.canvas import noise
from spinefm.phantom.easel import Image, size_of
from spinefm.phantom.film import FilmSettings, develop
from spinefm.phantom.folder import write_unlabelled

Points = NDArray[np.float64]

FIRST_SEED = 492_000
"""Films are numbered from here on, among the seeds of training."""
SAMPLES = 150_000
"""Points on the surface of a mesh, by which its thickness is added up."""
PELVIS = (0.1007, -0.0815, 0.0)
"""Where the pelvis lies in the frame of the trunk, in m: forward, up, right."""
TRUNK: Mapping[str, tuple[float, float, float]] = {
    **dict.fromkeys(("hat_lumbar", "hat_thoracic", "hat_cervical", "hat_ribs_scap", "hat_skull", "hat_jaw"), (0, 0, 0)),
    **dict.fromkeys(("l_pelvis", "r_pelvis", "sacrum"), PELVIS),
    **{"r_femur": (0.0307, -0.1475, 0.0835), "l_femur": (0.0307, -0.1475, -0.0835)},
}
LIMBS: Sequence[Mapping[str, tuple[float, float, float]]] = (
    {"r_femur": (0, 0, 0), "r_patella": (0.045, -0.44, 0)},
    {"r_tibia": (0, 0, 0), "r_fibula": (0, 0, 0)},
    {"r_femur": (0, 0.43, 0), "r_tibia": (0, 0, 0), "r_fibula": (0, 0, 0), "r_patella": (0.045, -0.01, 0)},
    {"r_foot": (0, 0, 0), "r_bofoot": (0.1788, -0.002, 0.001), "r_talus": (0.048, 0.042, -0.008)},
    {"humerus": (0, 0, 0)},
    {"radius": (0, 0, 0), "ulna": (0, 0, 0)},
    {"scapula": (0, 0, 0), "clavicle": (-0.02, 0.02, -0.12)},
    {"hat_skull": (0, 0, 0), "hat_jaw": (0, 0, 0)},
    {"l_pelvis": (0, 0, 0), "r_pelvis": (0, 0, 0), "sacrum": (0, 0, 0)},
    {"2mc": (0, 0, 0), "2proxph": (0, -0.033, 0), "3mc": (0, 0, -0.02), "3proxph": (0, -0.035, -0.02)},
)
"""Meshes that are shown together, with where each lies."""
FIELDS = {"whole": (0.2, 0.95), "lumbar": (0.02, 0.38), "thoracic": (0.26, 0.42), "cervical": (0.48, 0.3)}
"""Per view: the height of the film's middle and the height that the film shows, in m."""


@dataclass(frozen=True, eq=False)
class Mesh:
    """Points (N, 3) on a surface with their outward normals (N, 3) and the area that each represents, in m."""

    points: Points
    normals: Points
    area: float


@dataclass(frozen=True, eq=False)
class Pose:
    """How a skeleton is seen: rotation (3, 3), the point in the film's middle, the height of the film in m."""

    rotation: Points
    centre: Points
    height: float


def main() -> None:
    """Draw and write."""
    args = _arguments()
    for part in ("films", "labels"):
        (args.out / part).mkdir(parents=True, exist_ok=True)
    for seed in range(args.seed, args.seed + args.n):
        film, view, faces = draw(args.meshes, seed)
        write_unlabelled(args.out, f"mesh-{view}-{seed}", film, seed, view, faces)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("meshes", type=Path, help="folder of binary STL files")
    parser.add_argument("--out", type=Path, required=True, help="folder for films/ and labels/")
    parser.add_argument("--n", type=int, default=1200, help="films")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="number of the first film")
    return parser.parse_args()


def draw(folder: Path, seed: int, kind: str = "") -> tuple[Image, str, str]:
    """A film (H, W) in [0, 1], its view and the side that it faces; `kind`: frontal, oblique, lateral or limb."""
    rng = np.random.default_rng((seed, 991))
    chosen = kind or str(rng.choice(["frontal", "oblique", "lateral", "limb"], p=[0.22, 0.22, 0.2, 0.36]))
    width, height = size_of(rng)
    if chosen == "limb":
        depth, view, faces = _limb(folder, (height, width), rng), "radiograph", ""
    else:
        depth, view, faces = _trunk(folder, (height, width), rng, chosen)
    settings = FilmSettings.draw(rng, str(rng.choice(["cervical", "lumbar"])))
    film = develop(np.maximum(depth, 0).astype(np.float32), settings, rng).film
    return np.clip(film, 0, 1).astype(np.float32), view, faces


def _trunk(folder: Path, shape: tuple[int, int], rng: np.random.Generator, kind: str) -> tuple[Image, str, str]:
    """The trunk, or a field of it, seen from the front, obliquely, or from the side."""
    region = str(rng.choice(list(FIELDS)))
    middle, tall = FIELDS[region]
    leftwards = bool(rng.random() < 0.5)
    turn = {
        "frontal": np.pi / 2 + rng.normal(0, 0.06),
        "oblique": np.pi / 2 + rng.choice([-1, 1]) * rng.uniform(0.4, 0.95),
        "lateral": rng.normal(0, 0.05) + np.pi * leftwards,
    }[kind]
    centre = np.array([-0.02, middle, 0.0]) + rng.normal(0, (0.012, 0.02, 0.012))
    pose = Pose(_rotation(turn, *rng.normal(0, 0.05, 2)), centre, tall * rng.uniform(0.85, 1.25))
    flesh = _flesh(pose, shape, rng, kind == "lateral")
    film = flesh + _bone(folder, TRUNK, pose, shape, rng)
    return film, region if kind == "lateral" else "frontal", ("left" if leftwards else "right") * (kind == "lateral")


def _limb(folder: Path, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Bones of a limb, of the head or of the pelvis from anywhere, with flesh round them."""
    parts = LIMBS[int(rng.integers(len(LIMBS)))]
    cloud = np.concatenate([_mesh(folder, name).points[::50] + at for name, at in parts.items()])
    centre = (cloud.min(axis=0) + cloud.max(axis=0)) / 2 + rng.normal(0, 0.02, 3)
    upended = np.pi if rng.random() < 0.3 else 0.0
    rotation = _rotation(rng.uniform(0, 2 * np.pi), rng.normal(0, 0.3), rng.normal(0, 0.25) + upended)
    reach = np.ptp((cloud - centre) @ rotation.T, axis=0)
    pose = Pose(rotation, centre, max(reach[1], reach[0] * shape[0] / shape[1]) * rng.uniform(0.55, 1.5))
    bone = _bone(folder, parts, pose, shape, rng)
    near = cv2.dilate((bone > 0.03).astype(np.float32), np.ones((5, 5)), iterations=6)
    return np.asarray(bone + cv2.GaussianBlur(near, (0, 0), 0.03 * shape[0]) * rng.uniform(0.3, 1.5), np.float32)


def _rotation(turn: float, tilt: float, roll: float) -> Points:
    """About the upright axis by `turn` (0: from the side, facing right), then forward and sideways, in radians."""
    cosine, sine = np.cos([turn, tilt, roll]), np.sin([turn, tilt, roll])
    upright = np.array([[cosine[0], 0, sine[0]], [0, 1, 0], [-sine[0], 0, cosine[0]]])
    forward = np.array([[1, 0, 0], [0, cosine[1], -sine[1]], [0, sine[1], cosine[1]]])
    sideways = np.array([[cosine[2], -sine[2], 0], [sine[2], cosine[2], 0], [0, 0, 1]])
    return np.asarray(sideways @ forward @ upright, float)


def _bone(
    folder: Path,
    parts: Mapping[str, tuple[float, float, float]],
    pose: Pose,
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> Image:
    """The attenuation of bones: how thick they are, and how often the ray goes through their cortex."""
    thick, cortex = np.zeros(shape), np.zeros(shape)
    for name, at in parts.items():
        inside, shell = _projected(_mesh(folder, name), np.array(at), pose, shape)
        thick, cortex = thick + inside, cortex + shell
    total = thick * rng.uniform(8, 22) + np.minimum(cortex, 6) * rng.uniform(0.05, 0.2)
    return np.asarray(rng.uniform(0.3, 0.9) * total, np.float32)


def _projected(mesh: Mesh, at: Points, pose: Pose, shape: tuple[int, int]) -> tuple[Points, Points]:
    """A mesh's thickness in m along the ray, by the divergence theorem, and its area per area of film; both (H, W)."""
    scale = shape[0] / pose.height
    seen = (mesh.points + at - pose.centre) @ pose.rotation.T
    outward = mesh.normals @ pose.rotation[2]
    columns = np.floor(seen[:, 0] * scale + shape[1] / 2).astype(int)
    rows = np.floor(shape[0] / 2 - seen[:, 1] * scale).astype(int)
    kept = (columns >= 0) & (columns < shape[1]) & (rows >= 0) & (rows < shape[0])
    cells, share = rows[kept] * shape[1] + columns[kept], mesh.area * scale**2
    deep = (seen[:, 2] - seen[:, 2].mean())[kept]
    inside, shell = (
        cv2.GaussianBlur(_counted(cells, weights * share, shape), (0, 0), 1.3)
        for weights in (outward[kept] * deep, np.ones(len(cells)))
    )
    return np.maximum(np.asarray(inside, float), 0), np.asarray(shell, float)


def _counted(cells: NDArray[np.int_], weights: Points, shape: tuple[int, int]) -> Points:
    """The sum of the weights in each cell, (H, W)."""
    sums = np.bincount(cells, weights=weights, minlength=shape[0] * shape[1])
    return np.asarray(sums.reshape(shape), float)


def _flesh(pose: Pose, shape: tuple[int, int], rng: np.random.Generator, lateral: bool) -> Image:
    """Soft tissue of the trunk as a tube of ellipses, with the air of the lungs."""
    scale = shape[0] / pose.height
    up = (shape[0] / 2 - np.arange(shape[0])) / scale + pose.centre[1]
    half = np.interp(up, [-0.3, -0.1, 0, 0.1, 0.25, 0.38, 0.44, 0.5, 0.6, 0.68],
                     [0.17, 0.18, 0.15, 0.14, 0.16, 0.17, 0.08, 0.07, 0.09, 0.05])  # fmt: skip
    half = half * rng.uniform(0.95, 1.25) * (0.72 if lateral else 1)
    deep = np.interp(up, [-0.3, 0, 0.2, 0.4, 0.46, 0.6], [0.2, 0.2, 0.2, 0.18, 0.12, 0.15]) * (1.5 if lateral else 1)
    across = (np.arange(shape[1]) - shape[1] / 2)[None] / scale
    body = deep[:, None] * np.sqrt(np.clip(1 - (across / half[:, None]) ** 2, 0, 1)) * rng.uniform(7, 13)
    chest = ((up > 0.13) & (up < 0.4))[:, None]
    for side, wide in ((0.0, 0.1),) if lateral else ((-0.075, 0.06), (0.075, 0.06)):
        body = body - chest * np.clip(1 - ((across - side) / wide) ** 2, 0, 1) * rng.uniform(0.3, 1.0)
    soft = cv2.GaussianBlur(np.maximum(body, 0), (0, 0), 2) * (1 + 0.03 * noise(rng, shape, 20.0))
    return np.asarray(soft, np.float32)


@cache
def _mesh(folder: Path, name: str) -> Mesh:
    """Points spread evenly over a mesh: systematic over its triangles, low in discrepancy within them."""
    corners = _triangles(folder / f"{name}.stl")
    sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(sides, axis=1) / 2
    places = (np.arange(SAMPLES) + 0.5) / SAMPLES * areas.sum()
    chosen = np.minimum(np.searchsorted(np.cumsum(areas), places), len(areas) - 1)
    u, v = (np.arange(SAMPLES)[:, None] * (0.7548776662, 0.5698402910) % 1).T
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    first, second, third = corners[chosen].transpose(1, 0, 2)
    points = first + u[:, None] * (second - first) + v[:, None] * (third - first)
    return Mesh(points, sides[chosen] / np.maximum(2 * areas[chosen], 1e-12)[:, None], float(areas.sum() / SAMPLES))


def _triangles(path: Path) -> Points:
    """The triangles (N, 3, 3) of a binary STL file."""
    data = path.read_bytes()
    facet = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    count = int(np.frombuffer(data, "<u4", 1, 80)[0])
    return np.asarray(np.frombuffer(data, facet, count, 84)["corners"], float)


if __name__ == "__main__":
    main()
