"""`compose.yaml` cannot be run here: what can be looked at is looked at. It holds no secret, and is open to nobody."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
CONTENT: dict[str, Any] = YAML(typ="safe").load(TEXT)
SERVICES: dict[str, Any] = CONTENT["services"]
PAGE = (ROOT / "docs" / "limesurvey.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_an_image_has_a_registry_and_a_version(service: dict[str, Any]) -> None:
    assert re.fullmatch(r"docker\.io/[a-z/]+:\d+\.\d+[\w.-]*", service["image"])
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"


def test_ports_are_those_of_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8080:8080"]


def test_what_is_kept_lies_in_named_volumes() -> None:
    volumes = {item.partition(":")[0] for service in SERVICES.values() for item in service["volumes"]}
    assert volumes == set(CONTENT["volumes"])


def test_secrets_come_from_outside_and_are_told_when_missing() -> None:
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if name != "MARIADB_RANDOM_ROOT_PASSWORD" and re.search(
                "PASSWORD|KEY|NONCE|PUBLIC_URL|EMAIL|HOST_INFO", name
            ):
                assert re.fullmatch(r"\$\{LIMESURVEY_[A-Z_]+:\?.+\}", value), name


def test_git_ignores_the_file_with_the_secrets() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_page_makes_every_variable() -> None:
    wanted = set(re.findall(r"\$\{(LIMESURVEY_\w+)", TEXT))
    assert set(re.findall(r"\b(LIMESURVEY_\w+)=", PAGE)) == wanted
    assert "not tried" in PAGE
