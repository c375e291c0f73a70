"""Readers of films with truth, all behind one `Case` type; `open_dataset` knows every layout.

    phantom      films/<name>.png and labels/<name>.json (polygons or boxes by level), labels/<name>.png where exact
    csxa         CSXA as distributed: PNG films, labelme files of 23 points, a table with the column "pixel equivalent"
    spinefm      imgs/<id>.jpg, gts/<id>_<LEVEL>.npy or .npz, data_split/{train,val,test}.txt (also called nhanes2)
    labelme      a JSON per film whose polygons or rectangles are named after levels, such as "C5"
    coco         instances JSON with categories named after levels; polygons, run lengths or boxes
    maps         images/ and labels/ with maps of ids: pictures, or NIfTI files of one slice (SPINEPS)
    nnunet       imagesTr/<case>_0000.png, labelsTr/<case>.png and dataset.json, whose labels are named after levels
    yolo         data.yaml, images/ and labels/<film>.txt with outlines in shares of the film
    cvat         annotations.xml, "CVAT for images"
    via          VGG Image Annotator: projects and annotations as JSON or CSV, with the level in an attribute
    voc          Pascal VOC: an XML per film with boxes, or polygons that programs add, named after levels
    labelstudio  Label Studio's export as JSON: polygons, brushes and rectangles in per cent of the film
    supervisely  Supervisely's project: img/<film> and ann/<film>.json with polygons, bitmaps and rectangles
    buu          BUU-LSPINE: LA/<id>.jpg and .csv with the endplates of L1 to S1
    results      folders that `spinefm segment` wrote: labels.png and trace.json, the films beside them

A zip of any of them is unpacked first, and `hf:owner/name` is fetched from the Hugging Face Hub.
"""

from spinefm.data.case import Case, DamagedCase, DatasetError, Skipped, Truth
from spinefm.data.dataset import Dataset, cases, read_or_skip
from spinefm.data.folder import case_names, read_case, read_folder
from spinefm.data.ids import SCHEMES
from spinefm.data.kinds import KINDS, open_dataset
from spinefm.data.labels import Conventions
from spinefm.data.names import Names, read_names

__all__ = [
    "KINDS",
    "SCHEMES",
    "Case",
    "Conventions",
    "DamagedCase",
    "Dataset",
    "DatasetError",
    "Names",
    "Skipped",
    "Truth",
    "case_names",
    "cases",
    "open_dataset",
    "read_case",
    "read_folder",
    "read_names",
    "read_or_skip",
]
