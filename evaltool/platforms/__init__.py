"""Survey platforms by name. To add one: its module, its row in `PLATFORMS`."""

from collections.abc import Callable, Mapping

from evaltool.errors import PlatformError
from evaltool.platforms.base import Access, Platform
from evaltool.platforms.embedded import Embedded


def _limesurvey(access: Access) -> Platform:
    from evaltool.platforms.limesurvey.platform import LimeSurvey  # noqa: PLC0415  # its HTTP client only if needed

    return LimeSurvey(access)


PLATFORMS: Mapping[str, Callable[[Access], Platform]] = {"embedded": Embedded, "limesurvey": _limesurvey}


def open_platform(name: str, access: Access) -> Platform:
    """The platform called `name`.

    Raises:
        PlatformError: if there is no such platform.
    """
    if name not in PLATFORMS:
        raise PlatformError(f"no platform is called «{name}»", mend=f"Known: {', '.join(PLATFORMS)}.")
    return PLATFORMS[name](access)
