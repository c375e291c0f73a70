"""One phantom written in the layout of every data set that is read."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import itertools
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from spinefm.core.levels import Level
from spinefm.phantom import Phantom

CERVICAL = (Level.C3, Level.C4, Level.C5, Level.C6, Level.C7)


def save_film(phantom: Phantom, path: Path) -> Path:
    """The phantom's film as PNG or JPEG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.round(phantom.film * 255).astype(np.uint8)).save(path)
    return path


def save_json(content: object, path: Path) -> Path:
    """`content` as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def _labelme(phantom: Phantom, film: str, shapes: list[dict[str, object]]) -> dict[str, object]:
    height, width = phantom.film.shape
    return {"imagePath": film, "imageData": None, "imageWidth": width, "imageHeight": height, "shapes": shapes}


def write_csxa(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """CSXA as distributed: 23 points a film, and a table with the scale."""
    places = {"top left": 0, "top right": 1, "bottom right": 2, "bottom left": 3}
    for stem in stems:
        points = {f"C2 {place}": phantom.truth[Level.C2].corners[2] for place in ("bottom left", "bottom right")}
        points["C2 centroid"] = phantom.centroids[Level.C2]
        for level in CERVICAL:
            corners = phantom.truth[level].corners
            points |= {f"{level.name} {place}": corners[index] for place, index in places.items()}
        shapes = [
            {"label": label, "points": [[float(at[0]) + 0.5, float(at[1]) + 0.5]], "shape_type": "point"}
            for label, at in points.items()
        ]
        assert len(shapes) == 23
        save_film(phantom, root / "images" / f"{stem}.png")
        save_json(_labelme(phantom, f"{stem}.png", shapes), root / "json" / f"{stem}.json")
    with (root / "table.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["Number", "Gender", "Pixel equivalent"])
        rows.writerows([stem, "F", 0.143] for stem in stems)


def write_spinefm(phantom: Phantom, root: Path, ids: list[str], suffix: str = ".npy") -> None:
    """The layout of the SpineFM authors; every second id is in the training part."""
    (root / "gts").mkdir(parents=True, exist_ok=True)
    (root / "data_split").mkdir()
    for film in ids:
        save_film(phantom, root / "imgs" / f"{film}.jpg")
        for level in CERVICAL:
            mask = (phantom.labels == level).astype(np.uint8)
            target = root / "gts" / f"{film}_{level.name}"
            if suffix == ".npy":
                np.save(target, mask)
            else:
                np.savez_compressed(target, mask)
    for part, chosen in (("train", ids[::2]), ("val", []), ("test", ids[1::2])):
        (root / "data_split" / f"{part}.txt").write_text("\n".join(chosen))


def write_labelme(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """Polygons of C3 to C6, a rectangle round C7, and a shape that names no level."""
    for stem in stems:
        shapes: list[dict[str, object]] = [
            {
                "label": f"vertebra {level.name}",
                "points": (phantom.truth[level].polygon + 0.5).tolist(),
                "shape_type": "polygon",
            }
            for level in CERVICAL[:-1]
        ]
        corners = phantom.truth[Level.C7].polygon
        box = [corners.max(axis=0).tolist(), corners.min(axis=0).tolist()]
        shapes += [{"label": "C7", "points": box, "shape_type": "rectangle"}]
        shapes += [{"label": "skull", "points": [[0, 0], [5, 0], [5, 5]], "shape_type": "polygon"}]
        save_film(phantom, root / f"{stem}.png")
        save_json(_labelme(phantom, f"{stem}.png", shapes), root / f"{stem}.json")


def runs_down_columns(mask: np.ndarray) -> list[int]:
    """COCO's run lengths, beginning with a run of background."""
    flat = np.concatenate([[0], mask.T.ravel().astype(int), [2]])
    edges = np.flatnonzero(np.diff(flat[:-1]) != 0)
    return np.diff(np.concatenate([[0], edges, [mask.size]])).astype(int).tolist()


def packed(runs: list[int]) -> str:
    """COCO's run lengths as text."""
    text = ""
    for index, run in enumerate(runs):
        value = run - (runs[index - 2] if index > 2 else 0)
        while True:
            bits, value = value & 31, value >> 5
            more = not (value == -1 and bits & 16) if bits & 16 else value != 0
            text += chr(48 + bits + (32 if more else 0))
            if not more:
                break
    return text


def write_coco(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """C3 as a polygon, C4 as run lengths, C5 as packed ones, C6 as a bare box, and a category that is no level."""
    height, width = phantom.film.shape
    names = {1: "C3", 2: "C4", 3: "C5", 4: "C6", 5: "hyoid"}
    annotations: list[dict[str, object]] = []
    for number, stem in enumerate(stems):
        save_film(phantom, root / "images" / f"{stem}.png")
        counts = {key: runs_down_columns(phantom.labels == Level[names[key]]) for key in (2, 3)}
        ys, xs = np.nonzero(phantom.labels == Level.C6)
        box = [int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1]
        outline = (phantom.truth[Level.C3].polygon + 0.5).ravel().tolist()
        shapes: dict[int, dict[str, object]] = {
            1: {"segmentation": [outline]},
            2: {"segmentation": {"size": [height, width], "counts": counts[2]}},
            3: {"segmentation": {"size": [height, width], "counts": packed(counts[3])}},
            4: {"segmentation": [], "bbox": box},
            5: {"segmentation": [], "bbox": box},
        }
        annotations += [{"image_id": number, "category_id": key, **shape} for key, shape in shapes.items()]
    images = [
        {"id": number, "file_name": f"images/{stem}.png", "width": width, "height": height}
        for number, stem in enumerate(stems)
    ]
    categories = [{"id": key, "name": name} for key, name in names.items()]
    save_json({"images": images, "annotations": annotations, "categories": categories}, root / "instances.json")


def nifti(labels: np.ndarray) -> bytes:
    """A label map (H, W) as a NIfTI-1 file of one slice whose first axis is x."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, labels.shape[1], labels.shape[0], 1, 1, 1, 1, 1)
    struct.pack_into("<h", header, 70, 4)
    struct.pack_into("<f", header, 108, 352.0)
    header[344:348] = b"n+1\0"
    return bytes(header) + labels.T.astype("<i2").tobytes(order="F")


def write_maps(phantom: Phantom, root: Path, stems: list[str], as_nifti: bool = False) -> None:
    """Label maps beside films, with a disc's id among them; NIfTI files are named as SPINEPS names them."""
    labels = phantom.labels.astype(np.uint8)
    labels[0, 0] = 103
    for stem in stems:
        save_film(phantom, root / "images" / f"{stem}.png")
        (root / "labels").mkdir(exist_ok=True)
        if as_nifti:
            (root / "labels" / f"{stem}_seg-vert_msk.nii.gz").write_bytes(gzip.compress(nifti(labels)))
        else:
            Image.fromarray(labels).save(root / "labels" / f"{stem}.png")


def _outline(phantom: Phantom, level: Level) -> np.ndarray:
    """The outline of a body, corners counted from pixel corners as most programs do."""
    return np.asarray(phantom.truth[level].polygon) + 0.5


def write_nnunet(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """nnU-Net's raw folder, whose ids are not VerSe's, with a disc among the labels."""
    labels = np.zeros_like(phantom.labels, np.uint8)
    for number, level in enumerate(CERVICAL, start=1):
        labels[phantom.labels == level] = number
    labels[0, 0] = 9
    names = {"background": 0, **{level.name: number for number, level in enumerate(CERVICAL, start=1)}, "disc C3/C4": 9}
    save_json({"labels": names, "file_ending": ".png", "channel_names": {"0": "x"}}, root / "dataset.json")
    for stem in stems:
        save_film(phantom, root / "imagesTr" / f"{stem}_0000.png")
        (root / "labelsTr").mkdir(exist_ok=True)
        Image.fromarray(labels).save(root / "labelsTr" / f"{stem}.png")


def write_yolo(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """YOLO's outlines in shares of the film, with a class that is no body."""
    height, width = phantom.film.shape
    names = [*(level.name for level in CERVICAL), "skull"]
    (root / "labels").mkdir(parents=True)
    (root / "data.yaml").write_text(f"train: images\nnc: {len(names)}\nnames: {names}\n")
    for stem in stems:
        save_film(phantom, root / "images" / f"{stem}.png")
        lines = [
            f"{number} " + " ".join(f"{value:.6f}" for value in (_outline(phantom, level) / (width, height)).ravel())
            for number, level in enumerate(CERVICAL)
        ]
        (root / "labels" / f"{stem}.txt").write_text("\n".join([*lines, "5 0.1 0.1 0.2 0.1 0.2 0.2"]))


def write_cvat(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """CVAT for images: polygons, a mask of C6, a box of C7, and a label that is no body."""
    height, width = phantom.film.shape
    images = []
    for number, stem in enumerate(stems):
        save_film(phantom, root / "images" / f"{stem}.png")
        shapes = [_cvat_polygon(level.name, _outline(phantom, level)) for level in CERVICAL[:3]]
        ys, xs = np.nonzero(phantom.labels == Level.C6)
        crop = (phantom.labels == Level.C6)[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
        runs = ", ".join(map(str, runs_down_columns(crop.T)))
        place = f'left="{xs.min()}" top="{ys.min()}" width="{crop.shape[1]}" height="{crop.shape[0]}"'
        shapes.append(f'<mask label="C6" rle="{runs}" {place}/>')
        low, high = _outline(phantom, Level.C7).min(axis=0), _outline(phantom, Level.C7).max(axis=0)
        shapes.append(f'<box label="C7" xtl="{low[0]}" ytl="{low[1]}" xbr="{high[0]}" ybr="{high[1]}"/>')
        shapes.append(_cvat_polygon("skull", np.array([[1, 1], [9, 1], [9, 9]])))
        head = f'<image id="{number}" name="images/{stem}.png" width="{width}" height="{height}">'
        images.append(f"{head}{''.join(shapes)}</image>")
    text = f"<?xml version='1.0'?><annotations><version>1.1</version>{''.join(images)}</annotations>"
    (root / "annotations.xml").write_text(text)


def _cvat_polygon(label: str, points: np.ndarray) -> str:
    text = ";".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return f'<polygon label="{label}" points="{text}"/>'


def write_buu(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """BUU-LSPINE: endplates of L1 to S1 as eleven rows, and a file of scales."""
    for stem in stems:
        save_film(phantom, root / "LA" / f"{stem}.jpg")
        rows = []
        for level in (Level.L1, Level.L2, Level.L3, Level.L4, Level.L5):
            corners = np.asarray(phantom.truth[level].corners)
            rows += [[*corners[0], *corners[1], 0], [*corners[3], *corners[2], int(level is Level.L4)]]
        rows.append([*phantom.truth[Level.L5].corners[3], *phantom.truth[Level.L5].corners[2], 0])
        with (root / "LA" / f"{stem}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(rows)
    (root / "pixel_spacing.csv").write_text("id,spacing\n" + "\n".join(f"{stem},0.2" for stem in stems))


def write_results(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """Folders as `spinefm segment` writes them, the films beside them; one vertebra has no name."""
    labels = phantom.labels.astype(np.uint8)
    labels[0, 0] = 101
    for stem in stems:
        save_film(phantom, root / f"{stem}.png")
        save_json({"film": {"name": f"{stem}.png"}}, root / stem / "trace.json")
        Image.fromarray(labels).save(root / stem / "labels.png")


def write_via(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """A project of VIA 2: polygons of C3 to C5, a line round C6, a rectangle round C7, and a region that is no body."""
    metadata = {}
    for stem in stems:
        size = save_film(phantom, root / "images" / f"{stem}.png").stat().st_size
        regions = [via_region("polygon", level.name, _outline(phantom, level)) for level in CERVICAL[:3]]
        outline = _outline(phantom, Level.C6)
        regions.append(via_region("polyline", "C6", np.concatenate([outline, outline[:1]])))
        low, high = _outline(phantom, Level.C7).min(axis=0), _outline(phantom, Level.C7).max(axis=0)
        box = dict(zip(("x", "y", "width", "height"), (*low, *(high - low)), strict=True))
        regions.append({"shape_attributes": {"name": "rect", **box}, "region_attributes": {"level": "C7"}})
        regions.append(via_region("polygon", "skull", np.array([[1, 1], [9, 1], [9, 9]])))
        film = {"filename": f"{stem}.png", "size": size, "regions": regions, "file_attributes": {}}
        metadata[f"{stem}.png{size}"] = film
    attributes = {"region": {"level": {"type": "text", "description": "", "default_value": ""}}, "file": {}}
    settings = {"core": {"default_filepath": "images/"}}
    project = {"_via_settings": settings, "_via_img_metadata": metadata, "_via_attributes": attributes}
    save_json(project | {"_via_data_format_version": "2.0.10"}, root / "via_project.json")


def via_region(shape: str, level: str, points: np.ndarray) -> dict[str, dict[str, object]]:
    """A region of VIA, whose points are whole pixels."""
    x, y = np.round(points).astype(int).T.tolist()
    return {
        "shape_attributes": {"name": shape, "all_points_x": x, "all_points_y": y},
        "region_attributes": {"level": level},
    }


def write_voc(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """Pascal VOC: C3 to C6 with polygons, of C7 and of what is no body a box."""
    height, width = phantom.film.shape
    (root / "Annotations").mkdir(parents=True)
    for stem in stems:
        save_film(phantom, root / "JPEGImages" / f"{stem}.png")
        objects = [voc_object(level.name, _outline(phantom, level), True) for level in CERVICAL[:4]]
        objects.append(voc_object("C7", _outline(phantom, Level.C7), False))
        objects.append(voc_object("skull", np.array([[1, 1], [9, 1], [9, 9]]), False))
        size = f"<size><width>{width}</width><height>{height}</height><depth>1</depth></size>"
        head = f"<folder>JPEGImages</folder><filename>{stem}.png</filename>{size}<segmented>0</segmented>"
        (root / "Annotations" / f"{stem}.xml").write_text(f"<annotation>{head}{''.join(objects)}</annotation>")


def voc_object(label: str, points: np.ndarray, is_outlined: bool) -> str:
    """An object of Pascal VOC: its box, and its polygon as Roboflow writes it."""
    sides = zip(("xmin", "ymin", "xmax", "ymax"), (*points.min(axis=0), *points.max(axis=0)), strict=True)
    box = "".join(f"<{side}>{value:.0f}</{side}>" for side, value in sides)
    numbered = [f"<x{n}>{x:.2f}</x{n}><y{n}>{y:.2f}</y{n}>" for n, (x, y) in enumerate(points, 1)]
    polygon = f"<polygon>{''.join(numbered)}</polygon>" if is_outlined else ""
    return f"<object><name>{label}</name><difficult>0</difficult><bndbox>{box}</bndbox>{polygon}</object>"


def brush(mask: np.ndarray) -> list[int]:
    """A mask (H, W) as Label Studio's brush stores it: four channels, in runs of at most 2 ** 16 values."""
    flat = np.repeat(mask.ravel().astype(bool), 4)
    edges = np.flatnonzero(np.diff(flat)) + 1
    bits = f"{len(flat):032b}" + f"{7:05b}" + f"{15:04b}" * 4
    for start, end in itertools.pairwise([0, *edges.tolist(), len(flat)]):
        for place in range(start, end, 1 << 16):
            bits += "1" + "00" + f"{min(end - place, 1 << 16) - 1:016b}" + f"{255 * int(flat[start]):08b}"
    bits += "0" * (-len(bits) % 8)
    return [int(bits[place : place + 8], 2) for place in range(0, len(bits), 8)]


def write_labelstudio(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """Label Studio: C3 and C4 as polygons, C5 with the brush, a box of C7, a key point, and what is no body."""
    height, width = phantom.film.shape
    tasks = []
    for number, stem in enumerate(stems):
        save_film(phantom, root / "images" / f"{stem}.png")
        values = [("polygon", level.name, _per_cent_points(phantom, level)) for level in CERVICAL[:2]]
        values.append(("brush", "C5", {"format": "rle", "rle": brush(phantom.labels == Level.C5)}))
        low, high = _outline(phantom, Level.C7).min(axis=0), _outline(phantom, Level.C7).max(axis=0)
        sides = np.concatenate([low, high - low]) * 100 / np.tile((width, height), 2)
        values.append(("rectangle", "C7", dict(zip(("x", "y", "width", "height"), sides.tolist(), strict=True))))
        values.append(("keypoint", "C2", {"x": 10.0, "y": 10.0, "width": 0.5}))
        values.append(("polygon", "skull", {"points": [[1, 1], [3, 1], [3, 3]], "closed": True}))
        results = [labelstudio_result(kind, label, value, (width, height)) for kind, label, value in values]
        annotation = {"id": number, "completed_by": 1, "was_cancelled": False, "ground_truth": False, "result": results}
        data = {"image": f"/data/upload/1/{number:08x}-{stem}.png"}
        tasks.append({"id": number, "data": data, "annotations": [annotation], "predictions": [], "meta": {}})
    save_json(tasks, root / "project-1.json")


def _per_cent_points(phantom: Phantom, level: Level) -> dict[str, object]:
    height, width = phantom.film.shape
    return {"points": (_outline(phantom, level) * 100 / (width, height)).tolist(), "closed": True}


def labelstudio_result(kind: str, label: str, value: dict[str, object], size: tuple[int, int]) -> dict[str, object]:
    """A region of Label Studio on a film of `size` (width, height)."""
    stated = {"original_width": size[0], "original_height": size[1], "image_rotation": 0}
    labels = f"{kind}labels"
    one = {"type": labels, "from_name": "label", "to_name": "image", "value": {**value, labels: [label]}}
    return {**one, **stated}


def write_supervisely(phantom: Phantom, root: Path, stems: list[str]) -> None:
    """Supervisely: C3 and C4 as polygons of whole pixels, C5 and C6 as bitmaps, a rectangle of C7, and no body."""
    height, width = phantom.film.shape
    for stem in stems:
        save_film(phantom, root / "set 1" / "img" / f"{stem}.png")
        outlines = {level.name: np.round(phantom.truth[level].polygon).astype(int).tolist() for level in CERVICAL[:2]}
        objects = [supervisely_object(name, "polygon", points=_exterior(points)) for name, points in outlines.items()]
        objects += [
            supervisely_object(level.name, "bitmap", bitmap=supervisely_bitmap(phantom.labels == level))
            for level in CERVICAL[2:4]
        ]
        ys, xs = np.nonzero(phantom.labels == Level.C7)
        corners = [[int(xs.min()), int(ys.min())], [int(xs.max()), int(ys.max())]]
        objects.append(supervisely_object("C7", "rectangle", points=_exterior(corners)))
        objects.append(supervisely_object("skull", "polygon", points=_exterior([[1, 1], [9, 1], [9, 9]])))
        label = {"description": "", "tags": [], "size": {"height": height, "width": width}, "objects": objects}
        save_json(label, root / "set 1" / "ann" / f"{stem}.png.json")
    save_json({"classes": [{"title": "C3", "shape": "any"}], "tags": [], "projectType": "images"}, root / "meta.json")


def _exterior(points: list[list[int]]) -> dict[str, object]:
    return {"exterior": points, "interior": []}


def supervisely_object(title: str, kind: str, **shape: object) -> dict[str, object]:
    """An object of Supervisely."""
    return {"id": 1, "classTitle": title, "geometryType": kind, "tags": [], **shape}


def supervisely_bitmap(mask: np.ndarray) -> dict[str, object]:
    """A mask (H, W) as Supervisely stores it: a packed PNG of two colours, one of which is transparent."""
    ys, xs = np.nonzero(mask)
    picture = Image.fromarray(mask[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].astype(np.uint8), "P")
    picture.putpalette([0, 0, 0, 255, 255, 255])
    stream = io.BytesIO()
    picture.save(stream, "PNG", transparency=0)
    data = base64.b64encode(zlib.compress(stream.getvalue())).decode()
    return {"data": data, "origin": [int(xs.min()), int(ys.min())]}
