"""Where weights and examples are looked for."""

from pathlib import Path

from spinefm.core.bundled import bundled_folder


def test_the_repositorys_folders_serve_a_checkout(tmp_path: Path) -> None:
    assert bundled_folder("weights", tmp_path / "spinefm") == tmp_path / "weights"


def test_an_installed_package_reads_its_own_files_only(tmp_path: Path) -> None:
    (tmp_path / "spinefm" / "bundled").mkdir(parents=True)
    (tmp_path / "weights").mkdir()  # of another project, in the same site-packages
    assert bundled_folder("weights", tmp_path / "spinefm") == tmp_path / "spinefm" / "bundled" / "weights"
