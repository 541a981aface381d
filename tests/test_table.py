"""Tables of computed numbers: digits, headers, captions, and columns of one length."""

from fractions import Fraction

import numpy as np
import pytest
from sympy import I, Integer, Rational, Symbol, pi, sqrt

from activations import table


def cells(column, **options):
    """How the entries of one column are shown."""
    return [row[0] for row in table({"h": column}, **options).rows]


def test_numbers_have_four_significant_digits_unless_told_otherwise():
    assert cells([0.123456, np.float32(2.5), 12345.678, -1e-9, Fraction(1, 3)]) == [
        "0.1235", "2.5", "1.235e+04", "-1e-09", "0.3333"]
    assert cells([0.123456], digits=2) == ["0.12"]
    assert cells([Rational(1, 3), pi, sqrt(2)]) == ["0.3333", "3.142", "1.414"]


def test_whole_numbers_words_and_truth_are_shown_as_they_are():
    assert cells([123456789, np.int64(7), Integer(10**20), True, np.True_, "relu"]) == [
        "123456789", "7", str(10**20), "True", "True", "relu"]


def test_what_is_not_a_real_number_is_shown_as_it_is_written():
    assert cells([Symbol("x") ** 2, I, 2j, None]) == ["x**2", "I", "2j", "None"]


def test_columns_of_two_lengths_are_refused_with_their_lengths():
    with pytest.raises(ValueError, match=r"^the columns of a table are equally long, not \{'a': 2, 'b': 1\}$"):
        table({"a": [1, 2], "b": [3]})


def test_html_has_a_header_escaped_cells_and_a_caption_where_there_is_one():
    plain, titled = table({"a": ["<b>"], "b": [2]}), table({"a": [1]}, caption="1 < 2")
    assert plain._repr_html_() == ('<table class="numbers"><thead><tr><th>a</th><th>b</th></tr></thead>'
                                   '<tbody><tr><td>&lt;b&gt;</td><td>2</td></tr></tbody></table>')
    assert '<table class="numbers"><caption>1 &lt; 2</caption><thead>' in titled._repr_html_()


def test_text_is_aligned_to_the_right():
    assert repr(table({"name": ["relu", "x"], "n": [1, 200]})) == "name    n\nrelu    1\n   x  200"
