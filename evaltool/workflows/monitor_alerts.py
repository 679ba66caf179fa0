"""What is to be looked at while a wave is in the field. Each figure has its base; none rests on few people."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from evaltool.stats.shares import wilson
from evaltool.stats.two_shares import difference
from evaltool.workflows.monitor_wave import Grouped, Said, Wave

_OLD_PULL = timedelta(days=1)
_NEARLY = 0.8
_OFTEN_LEFT, _LEAST_LEFT = 0.05, 5
_FAR_BELOW = 0.10


_LEFT = "After the question «{name}» {count} of {n} broke off: {share} (95 per cent interval: {low} to {high})."
_NOTHING_SENT = "{count} of {n} opened the survey and sent nothing: {share} (95 per cent interval: {low} to {high})."


def alerts(wave: Wave) -> Iterator[Said]:
    """Everything about one wave, the most urgent first.

    - nothing came in for the days that the schedule allows, counted up to the last pull;
    - fewer had answered at the last target than planned;
    - at one question at least 5 people stopped, and surely (lower Wilson 95 %) over 5 % of those who came to it;
    - of one level surely (lower Newcombe 95 %) 10 points fewer answered than of all others, both no small groups.
    """
    yield from _silence(wave)
    yield from _behind(wave)
    yield from _often_left(wave)
    for grouped in wave.groups:
        yield from _far_below(grouped, wave.few)


def old_pulls(waves: Sequence[Wave], at: datetime) -> Iterator[Said]:
    """Waves that were pulled over a day ago, unless that was after their end; a line for each day."""
    days: dict[date, list[str]] = {}
    for wave in waves:
        ended = wave.schedule is not None and wave.pulled_at.date() > wave.schedule.end
        if not ended and at - wave.pulled_at > _OLD_PULL:
            days.setdefault(wave.pulled_at.date(), []).append(wave.deployment.id)
    for day, names in sorted(days.items()):
        message = "Pulled last on {day}: {waves}. What has come in since is not counted (evaltool pull)."
        yield Said(message, {"day": day, "waves": ", ".join(names)})


def _silence(wave: Wave) -> Iterator[Said]:
    plan, pulled = wave.schedule, wave.pulled_at.date()
    if plan is None or not plan.begin <= pulled <= plan.end or not wave.everybody.base:
        return
    first = max(plan.begin, min(wave.everybody.invited))
    if wave.saved_on is None:
        if (pulled - first).days >= plan.quiet_days:
            message = "Nothing has come in since {day}, {days} days before the last pull, though the survey is open."
            yield Said(message, {"day": first, "days": (pulled - first).days})
    elif (pulled - wave.saved_on).days >= plan.quiet_days:
        message = "Nothing has come in after {day}, {days} days before the last pull, though the survey is open."
        yield Said(message, {"day": wave.saved_on, "days": (pulled - wave.saved_on).days})


def _behind(wave: Wave) -> Iterator[Said]:
    """Only days that the last pull knows whole."""
    targets = wave.schedule.targets if wave.schedule else {}
    passed = [day for day in targets if day < wave.pulled_at.date()]
    if not passed:
        return
    day = max(passed)
    count, base = wave.everybody.until(day)
    if base and count / base < targets[day]:
        message = "By {day} {target} were to have answered; it was {share} ({count} of {n})."
        yield Said(message, {"day": day, "share": count / base, "count": count, "n": base, "target": targets[day]})


def _often_left(wave: Wave) -> Iterator[Said]:
    for stop in wave.stops:
        interval = wilson(stop.left, stop.shown)
        if interval and stop.left >= _LEAST_LEFT and interval.low > _OFTEN_LEFT:
            shares = {"share": stop.left / stop.shown, "low": interval.low, "high": interval.high}
            message = _LEFT if stop.question else _NOTHING_SENT
            yield Said(message, {"name": stop.question, "count": stop.left, "n": stop.shown, **shares})


def _far_below(grouped: Grouped, few: int) -> Iterator[Said]:
    answered, invited = (sum(getattr(flow, name) for flow in grouped.flows) for name in ("count", "base"))
    for flow in grouped.flows:
        others = answered - flow.count, invited - flow.base
        if not flow.level or min(flow.base, others[1]) < few:
            continue
        low = difference(others, (flow.count, flow.base)).low
        if low is not None and low > _FAR_BELOW:
            message = (
                "{group}, {level}: {share} have answered ({count} of {n}), of all others {other} ({other_count} of "
                "{other_n}); at least {points} percentage points fewer (95 per cent interval)."
            )
            shares = {"share": flow.count / flow.base, "other": others[0] / others[1]}
            counts = {"count": flow.count, "n": flow.base, "other_count": others[0], "other_n": others[1]}
            names = {"group": grouped.label, "level": flow.label or flow.level}
            yield Said(message, {**names, **shares, **counts, "points": int(100 * low)})


def quota_alert(used: float, limit: int, since: date | None) -> Said | None:
    """When the responses that a paid account takes are nearly spent. It may take other projects' responses, too."""
    if used < _NEARLY * limit:
        return None
    values = {"used": round(used + 0.01), "limit": limit, "share": used / limit}
    message = "This project has spent {used} of the {limit} responses of its LimeSurvey account ({share})."
    if since is None:
        return Said(message, values)
    message = "Since {day} this project has spent {used} of the {limit} responses of its LimeSurvey account ({share})."
    return Said(message, {**values, "day": since})
