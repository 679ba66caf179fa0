import pytest

from evaltool.errors import PlatformError
from evaltool.platforms.limesurvey.account import Account, check_account, check_zone, read_password

URL = "https://survey.example.org/index.php/admin/remotecontrol"


@pytest.mark.parametrize(
    "url", [URL, "http://127.0.0.1:8092/index.php?r=admin/remotecontrol", "http://localhost/remotecontrol"]
)
def test_an_address_that_can_be_used(url: str) -> None:
    assert check_account(url, "evaluation") == Account(url, "evaluation")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "is missing or no address"),
        ("survey.example.org/remotecontrol", "is missing or no address"),
        ("http://[::1/remotecontrol", "is no address"),
        ("http://survey.example.org/admin/remotecontrol", "unencrypted"),
        ("https://someone:CANARY@survey.example.org/admin/remotecontrol", "holds a user or a password"),
        ("https://survey.example.org/", "does not end in remotecontrol"),
    ],
)
def test_an_address_that_cannot_be_used(url: str, words: str) -> None:
    with pytest.raises(PlatformError) as caught:
        check_account(url, "")
    assert words in str(caught.value)
    assert "limesurvey.user: is missing" in str(caught.value)
    assert "CANARY" not in str(caught.value)


def test_the_password_comes_from_the_environment_then_from_the_keyring() -> None:
    account = Account(URL, "evaluation")
    asked: list[tuple[str, str]] = []

    def keyring(service: str, user: str) -> str | None:
        asked.append((service, user))
        return "from-keyring"

    assert read_password(account, {"EVALTOOL_LIMESURVEY_PASSWORD": "from-here"}, keyring) == "from-here"
    assert not asked
    assert read_password(account, {}, keyring) == "from-keyring"
    assert asked == [("evaltool-limesurvey", "evaluation")]


def test_no_password_is_told_with_both_ways() -> None:
    with pytest.raises(PlatformError, match="EVALTOOL_LIMESURVEY_PASSWORD, or run: keyring set"):
        read_password(Account(URL, "evaluation"), {}, lambda _service, _user: None)


def test_the_zone_of_the_servers_clock_must_be_one() -> None:
    assert check_zone("Asia/Tehran").key == "Asia/Tehran"
    for name in ("", "Copenhagen", "Europe", "../etc"):
        with pytest.raises(PlatformError, match=r"is no time zone|timezone: is missing"):
            check_zone(name)


@pytest.mark.parametrize(
    ("url", "link"),
    [
        (URL, "https://survey.example.org/index.php/7?token=a_b~c&lang=ar"),
        (
            "https://survey.example.org/ls/index.php?r=admin/remotecontrol",
            "https://survey.example.org/ls/index.php?r=survey/index&sid=7&token=a_b~c&lang=ar",
        ),
    ],
)
def test_a_link_has_the_form_of_the_servers_addresses(url: str, link: str) -> None:
    assert Account(url, "evaluation").page(7, "a_b~c", "ar") == link
