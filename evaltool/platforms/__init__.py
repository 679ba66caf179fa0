"""Survey platforms by name. To add one: its module, its row in `PLATFORMS`."""

from collections.abc import Callable, Mapping

from evaltool.errors import PlatformError
from evaltool.platforms.base import Access, Platform
from evaltool.platforms.embedded import Embedded
from evaltool.platforms.limesurvey.platform import LimeSurvey

PLATFORMS: Mapping[str, Callable[[Access], Platform]] = {"embedded": Embedded, "limesurvey": LimeSurvey}


def open_platform(name: str, access: Access) -> Platform:
    """The platform called `name`.

    Raises:
        PlatformError: if there is no such platform.
    """
    if name not in PLATFORMS:
        raise PlatformError(f"no platform is called «{name}»", mend=f"Known: {', '.join(PLATFORMS)}.")
    return PLATFORMS[name](access)
