"""Make a project for another programme from the template files beside this module."""

import shutil
from importlib import resources
from pathlib import Path

from evaltool.errors import ProjectError


def init_project(folder: Path) -> None:
    """Copy the template into a folder that is new or empty.

    Raises:
        ProjectError: if something stands there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ProjectError("the folder is not empty", where=folder.as_posix(), mend="Name a new folder.")
    with resources.as_file(resources.files("evaltool.workflows") / "template") as template:
        shutil.copytree(template, folder, dirs_exist_ok=True)
    # a file called .gitignore in the package would hide the template's own files
    (folder / "gitignore").rename(folder / ".gitignore")
