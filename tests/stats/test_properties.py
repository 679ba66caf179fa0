"""What must hold of the methods whatever the answers are: ranges, sums, mirrors, order, and every completion."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaltool import stats
from evaltool.errors import StatisticsError
from evaltool.stats.shares import METHODS

CONFIDENCE = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
CODES = st.lists(st.integers(1, 5), min_size=1, max_size=25)
HALF_ULP = 1e-9
often = settings(max_examples=40, derandomize=True)
seldom = settings(max_examples=15, derandomize=True)


@st.composite
def groups(draw, smallest=0, largest=60):
    n = draw(st.integers(smallest, largest))
    return draw(st.integers(0, n)), n


@st.composite
def rosters(draw):
    """x of n answers count, m gave none."""
    return *draw(groups(largest=25)), draw(st.integers(0, 12))


WEIGHTS = st.lists(st.floats(0.1, 20), min_size=3, max_size=40)
TABLES = st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=2, max_size=4)
PAIRED = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=20)


# Intervals contain the estimate and stay in range


@pytest.mark.parametrize("method", METHODS)
@often
@given(groups(1, 200), CONFIDENCE)
def test_a_share_lies_in_its_interval_and_its_complement_mirrors_it(method, group, confidence):
    x, n = group
    found, other = (stats.share(k, n, method=method, confidence=confidence) for k in (x, n - x))
    assert 0 <= found.low <= x / n + HALF_ULP
    assert x / n - HALF_ULP <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-9)


@often
@given(groups(1, 60), st.integers(0, 40), CONFIDENCE)
def test_a_share_of_a_roster_lies_in_its_intervals(group, silent, confidence):
    x, n = group
    for method in (stats.hypergeometric, stats.wilson_fpc):
        low, high = method(x, n, population=n + silent, confidence=confidence)
        assert 0 <= low <= x / n + HALF_ULP
        assert x / n - HALF_ULP <= high <= 1


@pytest.mark.parametrize("method", ["newcombe", "miettinen_nurminen", "mee", "agresti_caffo"])
@often
@given(groups(1), groups(1), CONFIDENCE)
def test_a_difference_lies_in_its_interval_and_swapping_the_groups_turns_it(method, first, second, confidence):
    found = stats.difference(first, second, method=method, confidence=confidence)
    turned = stats.difference(second, first, method=method, confidence=confidence)
    if method != "agresti_caffo" or confidence > 0.9:  # its centre is drawn to the middle
        assert found.low - HALF_ULP <= found.estimate <= found.high + HALF_ULP
    assert -1 <= found.low <= found.high <= 1
    assert (turned.estimate, turned.low, turned.high) == pytest.approx(
        (-found.estimate, -found.high, -found.low), abs=1e-8
    )


@pytest.mark.parametrize("method", ["koopman", "miettinen_nurminen", "katz_log"])
@often
@given(groups(1), groups(1), CONFIDENCE)
def test_a_ratio_lies_in_its_interval_and_swapping_the_groups_inverts_it(method, first, second, confidence):
    found = stats.ratio(first, second, method=method, confidence=confidence)
    turned = stats.ratio(second, first, method=method, confidence=confidence)
    if found.low is None or found.estimate is None:
        assert found.warning
        return
    assert 0 <= found.low <= found.estimate * (1 + HALF_ULP)
    assert found.estimate * (1 - HALF_ULP) <= found.high
    assert (turned.low, turned.high) == pytest.approx((_inverse(found.high), _inverse(found.low)), rel=1e-5)


def _inverse(value):
    return 1 / value if value else math.inf


@often
@given(groups(1, 30), groups(1, 30))
def test_an_odds_ratio_lies_in_its_interval_and_inverts(first, second):
    found, turned = stats.odds_ratio(first, second), stats.odds_ratio(second, first)
    if found.conditional is None:
        assert found.warning
        return
    assert 0 <= found.low <= found.conditional * (1 + 1e-6)
    assert found.conditional * (1 - 1e-6) <= found.high
    assert (turned.low, turned.high) == pytest.approx((_inverse(found.high), _inverse(found.low)), rel=1e-4)


@often
@given(st.tuples(*[st.integers(0, 25)] * 4), CONFIDENCE)
def test_a_change_lies_in_its_interval_and_turns(counts, confidence):
    a, b, c, d = counts
    found = stats.paired_change(yes_yes=a, yes_no=b, no_yes=c, no_no=d, confidence=confidence)
    turned = stats.paired_change(yes_yes=a, yes_no=c, no_yes=b, no_no=d, confidence=confidence)
    if found.change is None:
        assert found.warning
        return
    assert -1 <= found.low <= found.change + HALF_ULP
    assert found.change - HALF_ULP <= found.high <= 1
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-9)


@pytest.mark.parametrize("method", ["logit", "beta", "korn_graubard", "likelihood", "asin", "xlogit"])
@seldom
@given(st.lists(st.tuples(st.booleans(), st.floats(0.1, 9)), min_size=3, max_size=40))
def test_a_weighted_share_lies_in_its_interval(method, rows):
    share = stats.weighted_mean([float(yes) for yes, _ in rows], stats.Design([weight for _, weight in rows]))
    interval = stats.weighted_interval(share, method=method)
    assert 0 <= interval.low <= share.estimate + HALF_ULP
    assert share.estimate - HALF_ULP <= interval.high <= 1


@seldom
@given(CODES, CODES)
def test_a_superiority_lies_in_its_interval_and_turns(first, second):
    found = stats.brunner_munzel(first, second, method="t")
    turned = stats.brunner_munzel(second, first, method="t")
    assert 0 <= found.superiority <= 1
    assert turned.superiority == pytest.approx(1 - found.superiority)
    if found.interval is None:
        assert found.warning
        return
    assert found.interval.low <= found.superiority <= found.interval.high
    assert tuple(turned.interval) == pytest.approx((1 - found.interval.high, 1 - found.interval.low))
    assert turned.p == pytest.approx(found.p)


@seldom
@given(st.lists(st.tuples(*[st.integers(1, 5)] * 3), min_size=2, max_size=30))
def test_alpha_lies_in_its_interval_and_items_may_change_places(rows):
    items = {name: [row[place] for row in rows] for place, name in enumerate("abc")}
    found = stats.scale_reliability(items)
    if found.alpha is None or found.interval is None:
        assert found.warning
        return
    assert found.interval.low - HALF_ULP <= found.alpha <= found.interval.high + HALF_ULP
    assert found.interval.high <= 1 + HALF_ULP
    assert stats.scale_reliability(dict(reversed(items.items()))).alpha == pytest.approx(found.alpha)


@seldom
@given(st.lists(groups(0, 25), min_size=1, max_size=6))
def test_shrunken_shares_lie_between_the_raw_and_the_common_one(sites):
    pooled = stats.partial_pooling([x for x, _ in sites], [n for _, n in sites])
    if pooled.mu is None:
        assert pooled.warning
        return
    for (x, n), shrunken in zip(sites, pooled.shrunken, strict=True):
        raw = x / n if n else pooled.mu
        assert min(raw, pooled.mu) - 1e-9 <= shrunken <= max(raw, pooled.mu) + 1e-9


# Weights


@seldom
@given(st.data())
def test_raked_weights_sum_to_every_margin(data):
    rows = {
        name: [*labels, *data.draw(st.lists(st.sampled_from(labels), min_size=25, max_size=25))]
        for name, labels in (("site", "AB"), ("age", "xy"))
    }
    total = data.draw(st.integers(30, 200))
    margins = {
        name: {labels[0]: (part := data.draw(st.integers(1, total - 1))), labels[1]: total - part}
        for name, labels in (("site", "AB"), ("age", "xy"))
    }
    raked = stats.rake({name: [*column, column[0]] for name, column in rows.items()}, margins)
    if raked.weights is None:
        assert raked.warning
        return
    for name, margin in margins.items():
        for category, wanted in margin.items():
            column = np.array([*rows[name], rows[name][0]])
            assert raked.weights[column == category].sum() == pytest.approx(wanted, rel=1e-8)


@often
@given(WEIGHTS, st.floats(0.5, 1), st.floats(1, 3))
def test_trimming_keeps_the_sum_and_the_limits(weights, lower, upper):
    mean = sum(weights) / len(weights)
    trimmed = stats.trim(weights, lower=lower * mean, upper=(upper + 0.01) * mean)
    if trimmed.weights is None:
        assert trimmed.warning
        return
    assert trimmed.weights.sum() == pytest.approx(sum(weights))
    assert lower * mean * (1 - HALF_ULP) <= trimmed.weights.min()
    assert trimmed.weights.max() <= (upper + 0.01) * mean * (1 + HALF_ULP)


@often
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
def test_weighting_classes_sum_to_the_roster_and_keep_the_share_in_range(classes):
    respondents = [n for n, _, _ in classes]
    roster = [n + silent for n, silent, _ in classes]
    successes = [min(n, x) for n, _, x in classes]
    found = stats.weighting_classes(roster, respondents, successes)
    assert sum(n * factor for n, factor in zip(respondents, found.factors, strict=True)) == pytest.approx(sum(roster))
    shares = [x / n for x, n in zip(successes, respondents, strict=True)]
    assert min(shares) - HALF_ULP <= found.adjusted <= max(shares) + HALF_ULP


@often
@given(WEIGHTS)
def test_the_effective_number_is_at_most_the_number_and_has_no_unit(weights):
    effect, doubled = stats.kish(weights), stats.kish([2 * weight for weight in weights])
    assert 1 - HALF_ULP <= effect.n_eff <= len(weights) + HALF_ULP
    assert doubled.n_eff == pytest.approx(effect.n_eff)
    assert stats.kish([1.0] * len(weights)).deff == pytest.approx(1)


@seldom
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 4)), min_size=2, max_size=20))
def test_a_weight_counts_in_the_share_and_its_scale_does_not_matter(rows):
    yes, weights = [float(y) for y, _ in rows], [float(w) for _, w in rows]
    found = stats.weighted_mean(yes, stats.Design(weights))
    repeated = [y for y, w in zip(yes, weights, strict=True) for _ in range(int(w))]
    assert found.estimate == pytest.approx(sum(repeated) / len(repeated))
    scaled = stats.weighted_mean(yes, stats.Design([7 * w for w in weights]))
    assert (scaled.estimate, scaled.se) == pytest.approx((found.estimate, found.se), abs=1e-12)


@often
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0.1, 9)), min_size=3, max_size=30))
def test_sums_alone_give_the_same_weighted_share(rows):
    answered = [(yes, weight) for yes, there, weight in rows if there]
    assume(answered)
    whole = stats.weighted_mean(
        [float(yes) if there else None for yes, there, _ in rows], stats.Design([weight for *_, weight in rows])
    )
    sums = {
        side: (sum(w for yes, w in answered if yes == side), sum(w * w for yes, w in answered if yes == side))
        for side in (True, False)
    }
    found = stats.weighted_share_of_sums(sums[True], sums[False], n=len(answered), rows=len(rows))
    assert (found.estimate, found.se) == pytest.approx((whole.estimate, whole.se), abs=1e-9)


# Those who gave no answer


@often
@given(rosters(), st.sampled_from([0, 0.1, 0.3, 1 / 3, 0.5, 2 / 3, 0.9, 1]))
def test_bounds_hold_every_completion_and_the_tipping_point_is_the_first_that_reaches_the_target(roster, target):
    x, n, m = roster
    bounds = stats.worst_case(x, n, m)
    if bounds is None:
        assert n + m == 0
        return
    completions = [(x + k) / (n + m) for k in range(m + 1)]
    assert (bounds.low, bounds.high) == (min(completions), max(completions))
    reached = [k for k, share in enumerate(completions) if share >= target]
    assert stats.tipping_point(x, n, m, target=target).needed == (reached[0] if reached else None)
    expected = "met" if len(reached) == m + 1 else "cannot_tell" if reached else "not_met"
    assert bounds.verdict(target) == expected


@often
@given(rosters(), CONFIDENCE.filter(lambda confidence: confidence > 0.5))
def test_the_interval_of_the_bounds_contains_them(roster, confidence):
    x, n, m = roster
    assume(n + m)
    bounds, interval = stats.worst_case(x, n, m), stats.imbens_manski(x, n, m, confidence=confidence)
    assert interval.low <= bounds.low + HALF_ULP
    assert bounds.high - HALF_ULP <= interval.high
    wider = stats.imbens_manski(x, n, m, confidence=0.999)
    assert wider.low <= interval.low + HALF_ULP
    assert interval.high <= wider.high + HALF_ULP


@pytest.mark.parametrize("counts", [(9, 5, 0), (1, 5, -2), (-1, 5, 2), (1.5, 5, 2)])
def test_counts_that_cannot_be_have_no_bounds(counts):
    with pytest.raises(StatisticsError):
        stats.worst_case(*counts)


# P values


@often
@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12))
def test_adjusted_p_values_keep_the_order_and_are_not_below_the_raw_ones(p_values):
    tested = [place for place, p in enumerate(p_values) if p is not None]
    for method in ("holm", "bh", "bonferroni", "hochberg", "by"):
        found = stats.adjust_p_values(p_values, method=method)
        assert [found[place] is None for place in range(len(p_values))] == [p is None for p in p_values]
        ranked = [found[place] for place in sorted(tested, key=lambda place: p_values[place])]
        assert ranked == sorted(ranked)
        assert all(p_values[place] - HALF_ULP <= found[place] <= 1 for place in tested)


@seldom
@given(groups(1, 15), groups(1, 15))
def test_p_values_of_two_shares_are_probabilities_and_swapping_turns_their_side(first, second):
    for test in (stats.fisher_test, stats.boschloo_test, stats.barnard_test):
        found, turned = test(first, second), test(second, first)
        p = [value for value in vars(found).values() if isinstance(value, float)]
        assert p
        assert all(0 <= value <= 1 + HALF_ULP for value in p)
        assert (turned.greater, turned.less) == pytest.approx((found.less, found.greater), abs=1e-6)
    chi = stats.chi_square_2x2(first, second)
    assert all(value is None or 0 <= value <= 1 for value in (chi.p, chi.n_minus_1_p, chi.yates_p))


@often
@given(groups(1, 80), st.sampled_from([0, 0.1, 0.3, 0.5, 1]))
def test_p_values_against_a_target_are_probabilities_and_agree_with_the_exact_interval(group, target):
    x, n = group
    found = stats.exact_test(x, n, target=target)
    assert all(-HALF_ULP <= p <= 1 + HALF_ULP for p in found if p is not None)
    assert found.greater + found.less == pytest.approx(1 + 2 * (found.greater - found.midp_greater))
    low, high = stats.clopper_pearson(x, n)
    outside = {"met": target < low, "not_met": target > high}
    verdict = stats.verdict(found)
    near = min(abs(target - low), abs(target - high)) < 1e-9
    assert near or verdict == next((name for name, holds in outside.items() if holds), "cannot_tell")


@seldom
@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_of_a_table_changes_nothing(table, chance):
    mixed = chance.sample(table, len(table))
    for test in (stats.chi_square, stats.fisher_table_test):
        found, other = test(table), test(mixed)
        assert (found.p is None) == (other.p is None)
        if found.p is None:
            assert found.warning
        else:
            assert other.p == pytest.approx(found.p)
            assert 0 <= found.p <= 1 + HALF_ULP


@seldom
@given(st.lists(CODES, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_answers_and_groups_changes_no_rank_test(answers, chance):
    mixed = [chance.sample(codes, len(codes)) for codes in chance.sample(answers, len(answers))]
    found, other = stats.kruskal_wallis(answers), stats.kruskal_wallis(mixed)
    assert (found.h, found.p) == pytest.approx((other.h, other.p))
    first, second = answers[:2]
    ranks = stats.mann_whitney(first, second)
    turned = stats.mann_whitney(chance.sample(second, len(second)), chance.sample(first, len(first)))
    assert turned.u1 == pytest.approx(len(first) * len(second) - ranks.u1)
    assert (turned.p_uncorrected, turned.p_exact) == pytest.approx((ranks.p_uncorrected, ranks.p_exact))
    assert ranks.p_exact is None or 0 <= ranks.p_exact <= 1 + HALF_ULP


@seldom
@given(PAIRED, st.randoms(use_true_random=False))
def test_the_order_of_pairs_changes_no_paired_test_and_turning_time_turns_the_change(pairs, chance):
    before, after = zip(*pairs, strict=True)
    mixed = list(zip(*chance.sample(pairs, len(pairs)), strict=True))
    found, turned = stats.level_change(before, after), stats.level_change(after, before)
    assert (turned.higher, turned.lower) == (found.lower, found.higher)
    assert turned.mean_change == pytest.approx(-found.mean_change)
    assert found.sign_test_p == pytest.approx(turned.sign_test_p)
    for other in (mixed, (after, before)):
        p = stats.signed_rank(before, after).p_exact
        assert stats.signed_rank(*other).p_exact == pytest.approx(p)
        assert 0 <= p <= 1 + HALF_ULP
        for test in (stats.stuart_maxwell, stats.bowker):
            table, turned_table = stats.square_table(before, after), stats.square_table(*other)
            assert test(turned_table).chi2 == pytest.approx(test(table).chi2)


@seldom
@given(st.lists(groups(0, 12), min_size=2, max_size=5))
def test_a_trend_read_backwards_is_the_same_trend_with_its_sides_turned(sites):
    x, n = [x for x, _ in sites], [n for _, n in sites]
    found, turned = stats.trend_test(x, n), stats.trend_test(x[::-1], n[::-1])
    if found.chi2 is None:
        assert found.warning
        return
    assert turned.chi2 == pytest.approx(found.chi2)
    assert (turned.exact_increasing, turned.exact_decreasing) == pytest.approx(
        (found.exact_decreasing, found.exact_increasing), abs=1e-9
    )
    assert all(0 <= p <= 1 + HALF_ULP for p in (found.p, found.exact_two_sided, found.exact_increasing))


@often
@given(st.fixed_dictionaries({code: st.integers(0, 30) for code in ("I", "P", "R", "NC", "O", "UH", "UO")}))
def test_response_rates_are_shares_in_their_order(dispositions):
    rates = stats.response_rates(dispositions, e=0.5)
    if not sum(dispositions.values()):
        assert (rates.rr1, rates.rr2) == (None, None)
        return
    order = [rates.rr1, rates.rr3, rates.rr5]
    for low, high in itertools.pairwise(rate for rate in order if rate is not None):
        assert 0 <= low <= high + HALF_ULP <= 1 + 2 * HALF_ULP
    assert rates.rr1 <= rates.rr2


@seldom
@given(st.lists(st.tuples(st.floats(0.1, 0.9), st.floats(0.001, 0.02)), min_size=2, max_size=8))
def test_pooling_imputations_holds_the_mean_and_is_never_surer_than_one_of_them_on_average(imputed):
    estimates, variances = zip(*imputed, strict=True)
    found = stats.pool(estimates, variances, n=80)
    assert found.estimate == pytest.approx(sum(estimates) / len(estimates))
    assert found.total >= sum(variances) / len(variances) - HALF_ULP
    assert found.interval.low <= found.estimate <= found.interval.high
    assert stats.pool(estimates[::-1], variances[::-1], n=80).total == pytest.approx(found.total)
