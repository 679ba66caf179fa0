"""Reading a drawn chart back: its shapes by class, its texts, and whether anything lies over something else."""

from itertools import combinations

from lxml import etree

from evaltool.report.sheet import WIDTH

_TOUCH = 0.3  # points: two boxes may share an edge


def shapes(chart, kind):
    """The attributes of all shapes of a class, numbers as numbers, in the order drawn."""
    found = etree.fromstring(chart.svg.encode()).findall(f".//*[@class='{kind}']")
    return [{name: _value(text) for name, text in shape.attrib.items()} for shape in found]


def _value(text):
    try:
        return float(text)
    except ValueError:
        return text


def texts(chart):
    return [words.text for words in chart.words]


def per_cent(chart, x):
    """Where a point of a chart of rows stands on its scale; the first and last lines of the grid are 0 and 100."""
    grid = shapes(chart, "grid")
    return 100 * (x - grid[0]["x1"]) / (grid[4]["x1"] - grid[0]["x1"])


def trends(chart, kind, count):
    """The shapes of a class in each picture of a trend: their points as place of the population and per cent."""
    grid = shapes(chart, "grid")
    found = []
    for zero, _, hundred in zip(grid[::3], grid[1::3], grid[2::3], strict=True):
        points = [[_place(shape, end, zero, hundred, count) for end in _ends(shape)] for shape in shapes(chart, kind)]
        inside = [each for each in points if all(-0.5 <= place <= count - 0.5 and 0 <= y <= 100 for place, y in each)]
        found.append([tuple(each) if len(each) > 1 else each[0] for each in inside])
    return found


def breaks(chart, count):
    """Which picture of a trend has a sign of a break, and between which places."""
    grid = shapes(chart, "grid")
    signs = [(words.left + words.right) / 2 for words in chart.words if words.text == "‖"]
    found = []
    for picture, zero in enumerate(grid[::3]):
        step = (zero["x2"] - zero["x1"]) / count
        found += [(picture, round((x - zero["x1"]) / step - 0.5, 2)) for x in signs if zero["x1"] < x < zero["x2"]]
    return found


def _ends(shape):
    return [("x1", "y1"), ("x2", "y2")] if "x1" in shape else [("cx", "cy")]


def _place(shape, end, zero, hundred, count):
    x, y = (shape[name] for name in end)
    share = (zero["y1"] - y) / (zero["y1"] - hundred["y1"])
    return round((x - zero["x1"]) / ((zero["x2"] - zero["x1"]) / count) - 0.5, 2), round(100 * share, 1)


def faults(chart):
    """Texts that are cut at an edge, too small to be read, or lie over each other or over a line that is drawn."""
    root = etree.fromstring(chart.svg.encode())
    height = float(root.get("viewBox").split()[3])
    found = [f"outside: {words}" for words in chart.words if _outside(words, height)]
    found += [f"too small: {words}" for words in chart.words if words.size < 8]
    pairs = combinations(chart.words, 2)
    found += [f"over each other: {one} / {other}" for one, other in pairs if _meet(_box(one), _box(other))]
    kinds = ("target", "interval", "limit", "rule", "leader")
    lines = [_line_box(line) for kind in kinds for line in shapes(chart, kind)]
    found += [f"under a line: {words}" for words in chart.words for line in lines if _meet(_box(words), line)]
    dots = [_dot_box(dot) for kind in ("dot", "point") for dot in shapes(chart, kind)]
    found += [f"under a dot: {words}" for words in chart.words for dot in dots if _meet(_box(words), dot)]
    return found


def _outside(words, height):
    return words.left < -_TOUCH or words.right > WIDTH + _TOUCH or words.top < -_TOUCH or words.bottom > height + _TOUCH


def _box(words):
    return words.left, words.top, words.right, words.bottom


def _line_box(line):
    (left, right), (top, bottom) = sorted((line["x1"], line["x2"])), sorted((line["y1"], line["y2"]))
    return left - 0.5, top - 0.5, right + 0.5, bottom + 0.5


def _dot_box(dot):
    x, y, radius = dot["cx"], dot["cy"], dot["r"]
    return x - radius, y - radius, x + radius, y + radius


def _meet(one, other):
    return (
        one[0] < other[2] - _TOUCH and other[0] < one[2] - _TOUCH
        and one[1] < other[3] - _TOUCH and other[1] < one[3] - _TOUCH
    )  # fmt: skip
