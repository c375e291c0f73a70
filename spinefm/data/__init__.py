"""Readers of films with truth, all behind one `Case` type; `open_dataset` knows every layout.

    phantom   films/<name>.png and labels/<name>.json (polygons or boxes by level), labels/<name>.png where exact
    csxa      CSXA as distributed: PNG films, labelme files of 23 points, a table with the column "pixel equivalent"
    spinefm   imgs/<id>.jpg, gts/<id>_<LEVEL>.npy or .npz, data_split/{train,val,test}.txt (also called nhanes2)
    labelme   a JSON per film whose polygons or rectangles are named after levels, such as "C5"
    coco      instances JSON with categories named after levels; polygons, run lengths or boxes
    maps      images/ and labels/ with maps of VerSe ids: pictures, or NIfTI files of one slice (SPINEPS)

A zip of any of them is unpacked first, and `hf:owner/name` is fetched from the Hugging Face Hub.
"""

from spinefm.data.case import Case, DamagedCase, Truth
from spinefm.data.dataset import Dataset, DatasetError, Skipped, cases, read_or_skip
from spinefm.data.folder import case_names, read_case, read_folder
from spinefm.data.kinds import KINDS, open_dataset

__all__ = [
    "KINDS",
    "Case",
    "DamagedCase",
    "Dataset",
    "DatasetError",
    "Skipped",
    "Truth",
    "case_names",
    "cases",
    "open_dataset",
    "read_case",
    "read_folder",
    "read_or_skip",
]
