"""Other cases of the visible layout, their expected values from scipy and statsmodels where STATS.md trusts them."""

import json
import math
import random
import warnings

import numpy as np
import pytest
from scipy import stats as sp
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.nonparametric import rank_compare_2indep
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tests.reference.cases import run

CLOSE = {"abs": 1e-6, "rel": 1e-6}
ROUGH = {"abs": 2e-4, "rel": 2e-3}
LEVELS = (0.8, 0.9, 0.95, 0.99)


def _limits(name, pair):
    return {f"{name}_lower": float(pair[0]), f"{name}_upper": float(pair[1])}


def _one_share(chance):
    n = chance.randint(2, 90)
    x, confidence, target = chance.randint(1, n - 1), chance.choice(LEVELS), chance.choice((0.1, 0.3, 0.55))
    theirs = {"wilson": "wilson", "clopper_pearson": "beta", "agresti_coull": "agresti_coull", "jeffreys": "jeffreys"}
    expected = {"estimate": x / n}
    for ours, method in theirs.items():
        expected |= _limits(ours, proportion_confint(x, n, alpha=1 - confidence, method=method))
    for name, side in (("greater", "greater"), ("less", "less"), ("two_sided", "two-sided")):
        expected[f"exact_p_{name}"] = float(sp.binomtest(x, n, target, alternative=side).pvalue)
    return {"successes": x, "n": n, "target": target, "confidence": confidence}, expected


def _two_shares(chance):
    n1, n2 = chance.randint(3, 25), chance.randint(3, 25)
    x1, x2, confidence = chance.randint(1, n1 - 1), chance.randint(1, n2 - 1), chance.choice(LEVELS)
    table = [[x1, x2], [n1 - x1, n2 - x2]]
    given = {"x1": x1, "n1": n1, "x2": x2, "n2": n2, "confidence": confidence}
    counts, alpha = (x1, n1, x2, n2), 1 - confidence
    expected = {
        "diff": x1 / n1 - x2 / n2,
        "risk_ratio": x1 / n1 / (x2 / n2),
        "odds_ratio_sample": x1 * (n2 - x2) / (x2 * (n1 - x1)),
        "pearson_p": float(sp.chi2_contingency(table, correction=False).pvalue),
        "yates_p": float(sp.chi2_contingency(table, correction=True).pvalue),
        **_limits("newcombe", confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=alpha)),
        **_limits("koopman", _koopman(counts, alpha)),
        **_limits("katz_log", sp.contingency.relative_risk(x1, n1, x2, n2).confidence_interval(confidence)),
        **_limits("odds_ratio_fisher", sp.contingency.odds_ratio(table).confidence_interval(confidence)),
    }
    for name, side in (("greater", "greater"), ("less", "less"), ("two_sided", "two-sided")):
        expected[f"fisher_p_{name}"] = float(sp.fisher_exact(table, side).pvalue)
    expected["boschloo_p_two_sided_doubled"] = float(sp.boschloo_exact(table).pvalue)
    return given, expected


def _koopman(counts, alpha):
    return confint_proportions_2indep(*counts, method="score", compare="ratio", correction=False, alpha=alpha)


def _pairs(chance):
    a, b, c, d = (chance.randint(0, 30) for _ in range(4))
    b += b == c
    tests = {
        "exact_p": mcnemar([[a, b], [c, d]], exact=True).pvalue,
        "asymptotic_p": mcnemar([[a, b], [c, d]], exact=False, correction=False).pvalue,
        "corrected_p": mcnemar([[a, b], [c, d]], exact=False, correction=True).pvalue,
    }
    n = a + b + c + d
    shares = {"n": n, "share_before": (a + b) / n, "share_after": (a + c) / n, "change": (c - b) / n}
    given = {"yes_yes": a, "yes_no": b, "no_yes": c, "no_no": d, "confidence": 0.9}
    return given, shares | {name: float(p) for name, p in tests.items()}


def _answers(chance, n):
    return [chance.randint(1, 5) for _ in range(n)]


def _with_gaps(chance, codes):
    return [gap for code in codes for gap in ([code, None] if chance.random() < 0.2 else [code])]


def _two_groups(chance):
    first, second = _answers(chance, chance.randint(6, 30)), _answers(chance, chance.randint(6, 30))
    munzel = sp.brunnermunzel(first, second)
    plain, corrected = (
        sp.mannwhitneyu(first, second, method="asymptotic", use_continuity=use) for use in (False, True)
    )
    compared = rank_compare_2indep(second, first)
    expected = {
        "n1": len(first),
        "n2": len(second),
        "median1": float(np.median(first)),
        "u1": float(plain.statistic),
        "mwu_p_asymptotic_uncorrected": float(plain.pvalue),
        "mwu_p_asymptotic_corrected": float(corrected.pvalue),
        "brunner_munzel_p": float(munzel.pvalue),
        "prob_superiority_2_over_1": float(compared.prob1),
        **_limits("prob_superiority", compared.conf_int(alpha=0.05)),
    }
    return {
        "group1": _with_gaps(chance, first),
        "group2": _with_gaps(chance, second),
        "top_codes": [1, 2],
    }, expected


def _many_groups(chance):
    groups = [_answers(chance, chance.randint(4, 20)) for _ in range(chance.randint(2, 5))]
    test = sp.kruskal(*groups)
    return {"groups": groups}, {"h": float(test.statistic), "df": len(groups) - 1, "p": float(test.pvalue)}


def _change(chance):
    before, after = _answers(chance, 40), _answers(chance, 40)
    change = np.subtract(after, before)
    asked = {"method": "asymptotic", "correction": False}
    up, down = int((change > 0).sum()), int((change < 0).sum())
    expected = {
        "higher": up,
        "lower": down,
        "mean_change": float(change.mean()),
        "sign_test_p": float(sp.binomtest(up, up + down).pvalue),
        "pratt_p_asymptotic": float(sp.wilcoxon(change, zero_method="pratt", **asked).pvalue),
        "wilcoxon_p_asymptotic_uncorrected": float(sp.wilcoxon(change, zero_method="wilcox", **asked).pvalue),
    }
    return {"before": before, "after": after, "levels": 5, "top_codes": [4, 5]}, expected


def _table(chance):
    width = chance.randint(2, 5)
    table = [[chance.randint(1, 7) for _ in range(width)] for _ in range(3)]
    test = sp.chi2_contingency(table, correction=False)
    rows, columns = zip(
        *((i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)), strict=True
    )
    r = float(np.corrcoef(rows, columns)[0, 1])
    expected = {
        "n": len(rows),
        "pearson_chi2": float(test.statistic),
        "df": int(test.dof),
        "pearson_p": float(test.pvalue),
        "g2": float(sp.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic),
        "cramers_v": float(sp.contingency.association(table, method="cramer")),
        "tau_b": float(sp.kendalltau(rows, columns).statistic),
        "somers_d_c_given_r": float(sp.somersd(rows, columns).statistic),
        "linear_by_linear_r": r,
        "linear_by_linear_m2": (len(rows) - 1) * r * r,
    }
    return {"table": table, "ordered": True}, expected


def _p_values(chance):
    p = [round(chance.random() ** 2, 4) for _ in range(chance.randint(1, 12))]
    theirs = {"holm": "holm", "bh": "fdr_bh", "bonferroni": "bonferroni", "hochberg": "simes-hochberg", "by": "fdr_by"}
    return {"p_values": p}, {ours: multipletests(p, method=name)[1].tolist() for ours, name in theirs.items()}


VARIANTS = {
    "single_proportion": (_one_share,),
    "two_proportions": (_two_shares,),
    "paired_proportions": (_pairs,),
    "ordinal_groups": (_two_groups, _many_groups),
    "ordinal_paired": (_change,),
    "tables_trend_multiplicity": (_table, _p_values),
}


@pytest.mark.parametrize("topic", VARIANTS)
def test_other_cases_of_the_layout_pass(topic, tmp_path):
    chance = random.Random(topic)
    makers = [make for make in VARIANTS[topic] for _ in range(8)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries', of small tables
        made = [make(chance) for make in makers]
    by_name = {name: ROUGH for _, expected in made for name in expected if name.startswith("boschloo")}
    cases = [
        {"id": f"{topic}-{place}", "input": given, "expected": expected, "tolerance_by_name": by_name}
        | {"tolerance": CLOSE}
        for place, (given, expected) in enumerate(made)
    ]
    assert all(math.isfinite(value) for _, expected in made for value in expected.values() if isinstance(value, float))
    file = tmp_path / f"{topic}.json"
    file.write_text(json.dumps({"topic": topic, "cases": cases}), encoding="utf-8")
    outcomes = list(run(file))
    assert len(outcomes) == sum(len(expected) for _, expected in made)
    assert [str(outcome) for outcome in outcomes if outcome.state != "passed"] == []
