"""Formulas as data: what is printed is what is computed, nothing is divided by nought, sums add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.reports import call_formulas, case_formulas
from hotline.reports.figures import (
    Composite,
    Counter,
    Figure,
    Formula,
    Measure,
    add,
    compose,
    composite_text,
    evaluate,
    smoothed,
    terms,
    text_of,
)

WEIGHTS = {"basic": 0.6, "partly": 0.5, "response": 30, "solve": 35, "satisfaction": 35}
TABLES = [(call_formulas.FORMULAS, call_formulas.COUNTERS), (case_formulas.FORMULAS, case_formulas.COUNTERS)]


@pytest.mark.parametrize(("formulas", "counters"), TABLES)
def test_every_formula_of_the_table_names_counters_that_are_counted(formulas, counters):
    used = set()
    for formula in formulas.values():
        for expression in (formula.part, formula.whole or ""):
            used |= {name for _, _, name in terms(expression)}
    assert used <= set(counters)
    told = {"reached_again", "ringing_s"}  # shown beside the rates, in no formula
    assert set(counters) - used <= told


def test_default_service_level_when_printed_then_the_fourth_variant():
    formula = call_formulas.FORMULAS["service_level"]
    assert formula.variant.startswith("口径四")
    text = text_of(formula, call_formulas.COUNTERS, WEIGHTS)
    assert text == "T 内接通量 ÷ （接通量 + 超过 T 后放弃量 + 未能接入量）"
    variants = {f.variant for f in call_formulas.FORMULAS.values() if f.variant}
    assert len(variants) == 4


def test_weights_when_printed_then_the_ones_that_are_used():
    formula = case_formulas.FORMULAS["satisfaction"]
    assert (
        text_of(formula, case_formulas.COUNTERS, WEIGHTS)
        == "（非常满意数 + 满意数 + 0.6×基本满意数） ÷ 有效评价数"
    )
    counts = {"very_satisfied": 1, "satisfied": 2, "understood": 5, "rated": 10}
    assert evaluate(formula, counts, WEIGHTS).value == pytest.approx(0.6)


def test_accuracy_when_returns_were_upheld_then_they_are_taken_off():
    counts = {"first_dispatches": 8, "first_upheld": 2}
    formula = case_formulas.FORMULAS["dispatch_accuracy"]
    assert evaluate(formula, counts, WEIGHTS).value == 0.75
    assert text_of(formula, case_formulas.COUNTERS, WEIGHTS) == "（首派数 − 首派被退数） ÷ 首派数"


def test_nothing_to_divide_by_then_no_value_but_the_n():
    formula = Formula(name="x", label="x", part="a", whole="b")
    assert evaluate(formula, {"a": 0, "b": 0}, {}) == Figure(name="x", value=None, part=0, whole=0)


def test_counter_that_was_not_counted_then_no_value():
    assert evaluate(Formula(name="x", label="x", part="a"), {}, {}).value is None


def test_per_mille_and_hours_when_evaluated_then_scaled():
    mille = Formula(name="x", label="x", part="a", whole="b", measure=Measure.PER_MILLE)
    hours = Formula(name="x", label="x", part="a", whole="b", measure=Measure.HOURS)
    assert evaluate(mille, {"a": 1, "b": 500}, {}).value == 2
    assert evaluate(hours, {"a": 7200, "b": 4}, {}).value == 0.5


THREE = Composite(name="t", label="t", rates=(("r", "response"), ("s", "solve"), ("m", "satisfaction")))


def test_composite_when_all_rates_are_known_then_weighted():
    assert compose(THREE, {"r": 1.0, "s": 0.8, "m": 0.9}, WEIGHTS) == pytest.approx(0.3 + 0.28 + 0.315)
    assert compose(THREE, {"r": 1.0, "s": None, "m": 0.9}, WEIGHTS) is None
    assert composite_text(THREE, {"r": "响应率", "s": "解决率", "m": "满意率"}, WEIGHTS) == (
        "30%×响应率 + 35%×解决率 + 35%×满意率"
    )


def test_smoothing_when_one_of_six_is_late_then_the_unit_stays_near_the_city():
    assert smoothed(Figure(name="x", value=5 / 6, part=5, whole=6), 0.95, 20) == pytest.approx(24 / 26)
    assert smoothed(Figure(name="x", value=None, part=0, whole=0), 0.95, 20) == pytest.approx(0.95)
    assert smoothed(Figure(name="x", value=None, part=0, whole=0), None, 20) is None


COUNTERS = {"a": Counter("a", "a", ""), "top": Counter("top", "top", "", peak=True)}


@given(st.lists(st.fixed_dictionaries({"a": st.integers(0, 99), "top": st.integers(0, 99)}), min_size=1))
def test_lines_when_added_then_sums_and_peaks(lines):
    whole = add(lines, COUNTERS)
    assert whole == {"a": sum(x["a"] for x in lines), "top": max(x["top"] for x in lines)}


@given(part=st.integers(0, 50), more=st.integers(0, 50), mean=st.floats(0, 1), k=st.floats(0.1, 100))
def test_smoothed_rate_lies_between_own_rate_and_mean(part, more, mean, k):
    n = part + more
    figure = Figure(name="x", value=part / n if n else None, part=part, whole=n)
    own = mean if figure.value is None else figure.value
    assert min(own, mean) - 1e-9 <= smoothed(figure, mean, k) <= max(own, mean) + 1e-9
