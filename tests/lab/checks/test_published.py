"""The support measure against people's labels: SummEval, BEGIN (Dziri et al. 2022), Q2, BUMP."""

import numpy as np
import pytest

from benchmarks.check_sets import SETS, bump_pairs, read_set
from benchmarks.checks import support_of


@pytest.mark.parametrize(("name", "least"), [("SummEval", 0.79), ("BEGIN-WoW", 0.92), ("Q2", 0.66)])
def test_support_ranks_texts_as_people_do(published, name, least):
    rows = read_set(published(SETS[name]), name)
    assert support_of(rows).auroc.value >= least


def test_support_sees_the_edited_one_of_a_pair(published):
    rows = bump_pairs(published("bump/task1_dataset.json"))
    lacks = np.array(support_of(rows).lacks).reshape(-1, 2)
    assert (lacks[:, 0] < lacks[:, 1]).mean() >= 0.8
