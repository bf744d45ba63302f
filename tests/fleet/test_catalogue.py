"""The names of faults, and the report."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "chaos"), str(HERE.parent / "end_to_end")]

import catalogue  # noqa: E402
import page  # noqa: E402
from site_faults import DAEMONS  # noqa: E402


def test_a_group_stands_for_its_members():
    assert catalogue.chosen(["short"]) == catalogue.SHORT
    assert catalogue.chosen([]) == []


def test_everything_holds_every_fault_by_each_of_its_ways_and_the_pairs():
    names = catalogue.chosen(["all"])

    assert "switchover:pgbouncer" in names
    assert set(catalogue.PAIRS) <= set(names)
    assert {name.partition(":")[0] for name in names if "+" not in name} == set(catalogue.FAULTS)


@pytest.mark.parametrize("name", ["unknown", "switchover:carrier-pigeon", "switchover+unknown", "outage+outage+outage",
                                  "slow-link-to-cas+slow-link-to-database"])
def test_a_wrong_name_is_refused(name):
    with pytest.raises(ValueError):
        catalogue.chosen([name])


def test_two_faults_of_one_daemon_befall_two_daemons():
    fault, way = catalogue.made("daemon-killed+daemon-host-gone:haproxy")

    assert way == "haproxy"
    assert len(fault.victims()) == 2 and fault.victims() < set(DAEMONS)


def test_a_pair_lasts_as_long_as_its_longer_fault():
    fault, _ = catalogue.made("switchover+outage")

    assert (fault.lasts, fault.from_the_end) == (15.0, True)


def test_the_report_replaces_the_text_between_the_marks(tmp_path):
    file = tmp_path / "page.md"
    file.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")

    page.put(file, "new\n")

    assert file.read_text() == f"before\n{page.BEGIN}\n\nnew\n\n{page.END}\nafter\n"


def test_the_report_is_all_of_a_file_without_marks(tmp_path):
    page.put(tmp_path / "new.md", "new\n")

    assert (tmp_path / "new.md").read_text() == "new\n"
