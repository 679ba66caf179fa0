"""A dataset on disk: Parquet, codebook, log and manifest in one folder that is swapped whole.

Pooled and panel data are folders of the same kind with other files.
"""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd

from evaltool.errors import CleaningError, Fault
from evaltool.responses.clean import Cleaned

FORMAT = 1
_MANIFEST = "manifest.json"
_FILES = ("codebook.json", "dataset.parquet", "dispositions.parquet", "log.csv")
_CLEAN = "Run: evaltool clean"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A dataset as read back; `manifest["outputs"]` has the hash of each file beside it."""

    frame: pd.DataFrame
    dispositions: pd.DataFrame
    log: pd.DataFrame
    codebook: Any
    manifest: Mapping[str, Any]


def write_dataset(folder: Path, cleaned: Cleaned, codebook_json: str, manifest: Mapping[str, Any]) -> None:
    """Write the dataset beside `folder` and swap it in; the same input gives the same bytes.

    Raises:
        CleaningError: if it cannot be written, for instance because a file of the old one is open.
    """
    files = {
        "dataset.parquet": parquet_bytes(cleaned.frame),
        "dispositions.parquet": parquet_bytes(cleaned.dispositions),
        "codebook.json": codebook_json.encode(),
        "log.csv": csv_bytes(cleaned.log),
    }
    write_folder(folder, files, manifest)


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """The table as Parquet; the same table gives the same bytes."""
    return frame.to_parquet(index=False)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The table as CSV: commas, UTF-8, one line feed a row."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.itertuples(index=False))
    return stream.getvalue().encode()


def write_folder(folder: Path, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Write the files and their manifest beside `folder` and swap it in; whatever fails leaves the old folder.

    Raises:
        CleaningError: if it cannot be written, for instance because a file of the old one is open.
    """
    new, old = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
    try:
        _recover(folder, old)
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        for name, data in files.items():
            (new / name).write_bytes(data)
        _write_manifest(new, manifest)
        _swap(folder, new=new, old=old)
    except OSError as error:
        mend = "Close the files of this folder in other programs; check that you may write there and that it has room."
        message = f"the dataset cannot be written: {error.strerror}"
        raise CleaningError(message, where=str(error.filename or folder), mend=mend) from None


def _write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    outputs = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
    data = {"format": FORMAT, **manifest, "outputs": outputs}
    text = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / _MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _recover(folder: Path, old: Path) -> None:
    """A crash between the two moves of `_swap` left only the old dataset: it counts again."""
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _swap(folder: Path, *, new: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def read_dataset(folder: Path) -> Dataset:
    """Read what `write_dataset` wrote.

    Raises:
        CleaningError: if it is not there, was changed since, or a newer evaltool wrote it.
    """
    manifest = _read_manifest(folder)
    files = {name: _read_bytes(folder / name) for name in _FILES}
    faults = [
        Fault("changed-dataset", "was changed after cleaning", (folder / name).as_posix())
        for name, data in files.items()
        if hashlib.sha256(data).hexdigest() != manifest["outputs"].get(name)
    ]
    if faults:
        raise CleaningError(
            "the dataset was changed after cleaning", where=folder.as_posix(), mend=_CLEAN, faults=faults
        )
    return Dataset(
        frame=pd.read_parquet(io.BytesIO(files["dataset.parquet"])),
        dispositions=pd.read_parquet(io.BytesIO(files["dispositions.parquet"])),
        log=pd.read_csv(io.BytesIO(files["log.csv"]), dtype="str", keep_default_na=False),
        codebook=json.loads(files["codebook.json"]),
        manifest=manifest,
    )


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / _MANIFEST
    if not path.exists():
        raise CleaningError("there is no dataset", where=folder.as_posix(), mend="Run `evaltool clean` first.")
    manifest = _read_object(path.read_bytes())
    version = manifest.get("format")
    if isinstance(version, int) and version > FORMAT:
        message = f"the dataset has format {version}; this evaltool knows {FORMAT}"
        raise CleaningError(message, where=folder.as_posix(), mend="Install a newer evaltool.")
    if not isinstance(manifest.get("outputs"), dict):
        raise CleaningError("the manifest was changed after cleaning", where=path.as_posix(), mend=_CLEAN)
    return manifest


def _read_object(data: bytes) -> dict[str, Any]:
    """The JSON object, or an empty one if it is none."""
    try:
        found: object = json.loads(data)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _read_bytes(path: Path) -> bytes:
    """The content of a file; a missing one is as good as an emptied one."""
    return path.read_bytes() if path.is_file() else b""
