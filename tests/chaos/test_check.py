"""The checker finds each kind of violation in a small history that contains it, and none in a clean history."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end")]

from by_hand import BARK, CARD, Histories  # noqa: E402
from load import Requests  # noqa: E402


@pytest.fixture
def histories(tmp_path):
    return Histories(tmp_path)


def test_nothing_is_found_where_all_went_well(histories):
    histories.done(1)
    histories.done(2, "SEND_BARK_MESSAGE_TO_CLIENT")
    histories.row(3, expect=[], state="REJECTED")
    histories.request(3, 33, "REJECTED", "REJECTED", "VALIDATION_ERROR")

    assert histories.findings() == []
    assert histories.figures["rows inserted"] == 3


def test_a_row_that_is_in_no_table_is_lost(histories):
    histories.row(1)
    assert histories.kinds() == {("lost", 1)}


def test_a_row_that_is_never_ended_is_lost(histories):
    histories.row(1)
    histories.request(1, None, "PENDING", "BLOCKED")
    assert histories.kinds() == {("lost", 1)}


def test_a_row_that_is_rejected_without_reason_is_lost(histories):
    histories.row(1)
    histories.request(1, 13, "REJECTED", "REJECTED", "RETRIES_EXHAUSTED")
    assert histories.kinds() == {("lost", 1)}


def test_a_row_that_is_cancelled_by_nobody_is_lost(histories):
    histories.row(1)
    histories.request(1, 13, "REJECTED", "CANCELLED", "CANCELLED")
    assert histories.kinds() == {("lost", 1)}


def test_a_row_that_nobody_inserted_is_doubled(histories):
    histories.request(1, 13)
    assert ("doubled", 1) in histories.kinds()


def test_completed_without_an_effect_is_lost(histories):
    histories.done(1)
    histories.journal.clear()
    assert histories.kinds() == {("lost", 1)}


def test_completed_with_an_answer_that_was_never_given_is_lost(histories):
    histories.done(1)
    histories.tables[1]["reference"] = "made up"
    assert histories.kinds() == {("lost", 1)}


def test_a_success_that_was_read_from_an_exchange_without_an_answer_is_lost(histories):
    histories.done(1)
    histories.journal[0]["trouble"] = "reset after effect"
    assert histories.kinds() == {("lost", 1)}


def test_completed_without_one_of_its_commands_is_lost(histories):
    histories.done(1)
    histories.rows[0]["expect"].append(BARK)
    assert histories.kinds() == {("lost", 1)}


def test_completed_over_a_command_that_failed_is_lost(histories):
    histories.done(1)
    histories.command(1, 11.5, 13, outcome="retry")
    assert histories.kinds() == {("lost", 1)}


def test_completed_where_nothing_ever_changed_was_done_in_another_order(histories):
    histories.done(1)
    histories.journal[0].update(effect=False, status_code="ALREADY_SUBSCRIBED")
    assert histories.kinds() == {("reordered", 1)}


def test_two_requests_of_one_lane_in_one_claim_are_reordered_whatever_came_of_it(histories):
    histories.done(1)
    histories.done(2)
    histories.tables[3]["fence"] = histories.tables[0]["fence"]
    assert ("reordered", 2) in histories.kinds()


def test_a_later_request_that_the_cas_did_first_is_reordered(histories):
    histories.done(1, after=30)
    histories.done(2)
    histories.sort_journal()
    assert histories.kinds() == {("reordered", 2)}


def test_a_later_request_that_began_before_the_earlier_one_had_ended_is_reordered(histories):
    histories.done(1)
    histories.done(2)
    histories.tables[2]["finished"] = 22.5
    assert histories.kinds() == {("reordered", 2)}


def test_a_later_request_that_began_while_the_earlier_one_was_held_is_reordered(histories):
    histories.row(1)
    histories.request(1, 50, "REJECTED", "CANCELLED", "CANCELLED")
    histories.held.append({"id": 1, "time": 40, "code": "MAYBE_SENT", "verb": "cancel"})
    histories.done(2)
    assert histories.kinds() == {("reordered", 2)}


def test_a_request_that_overtakes_one_that_is_not_due_is_legal(histories):
    histories.done(1, after=30, due=40.5)
    histories.done(2)
    histories.sort_journal()
    assert histories.findings() == []


def test_a_request_claimed_after_a_scheduled_one_was_due_must_wait_for_it(histories):
    histories.done(1, after=30, due=15)
    histories.done(2)
    histories.sort_journal()
    assert histories.kinds() == {("reordered", 2)}


def test_a_request_that_was_claimed_before_the_other_was_committed_may_pass_it(histories):
    histories.done(1, after=30, known=21.5)
    histories.done(2)
    histories.sort_journal()
    assert histories.findings() == []


def test_a_claim_that_had_to_wait_saw_what_was_committed_meanwhile(histories):
    """The transaction of the claim began before the earlier request was committed; but another claim ended after that."""
    histories.done(1, after=30, known=21.5)
    histories.done(2)
    histories.claim(3, 199, 21.8)
    histories.tables[3]["written"] = 21.9
    histories.sort_journal()
    assert histories.kinds() == {("reordered", 2)}


def test_two_of_one_transaction_keep_their_order(histories):
    histories.done(1, after=30, known=21.5, batch=7)
    histories.done(2, batch=7)
    assert histories.kinds() == {("reordered", 2)}


def test_requests_without_a_lane_in_common_need_no_order(histories):
    histories.done(1, after=30, lanes=["box:1"])
    histories.done(2)
    assert histories.findings() == []


def test_a_late_effect_that_a_fault_explains_is_counted(histories):
    histories.done(1)
    histories.call(1, 14, reference="late", effect=False, status="ALREADY_SUBSCRIBED")
    histories.faults.append({"name": "cas_late", "begun": 11, "ended": 12, "late": True})
    assert histories.findings() == []
    assert histories.figures["late: done for a request that had ended"] == 1
    assert histories.figures["repeat-safe commands done more than once"] == 1


@pytest.mark.parametrize("fault", [{"ended": 12, "late": False}, {"ended": 5, "late": True}])
def test_a_late_effect_that_no_fault_explains_is_reordered(histories, fault):
    histories.done(1)
    histories.call(1, 14, reference="late", effect=False, status="ALREADY_SUBSCRIBED")
    histories.faults.append({"name": "some", "begun": 1, **fault})
    assert histories.kinds() == {("reordered", 1)}


def test_a_message_shown_twice_is_doubled(histories):
    histories.done(1, "SEND_BARK_MESSAGE_TO_CLIENT")
    histories.journal.insert(0, {**histories.journal[0], "seq": 0, "reference": "first"})
    assert histories.kinds() == {("doubled", 1)}


def test_a_command_that_nobody_ordered_is_doubled(histories):
    histories.done(1)
    histories.call(1, 12.5, "SEND_BARK_MESSAGE_TO_CLIENT")
    assert histories.kinds() == {("doubled", 1)}


def test_an_outcome_recorded_under_a_claim_that_came_after_its_exchange_is_stale(histories):
    histories.done(1)
    histories.claim(1, 900, 12.5)
    assert histories.kinds() == {("stale", 1)}


def test_a_failure_recorded_under_a_claim_that_came_after_its_sending_is_stale(histories):
    histories.row(1, expect=[BARK])
    histories.claim(1, 1, 11)
    histories.claim(1, 9, 12.5)
    histories.command(1, 11.5, 13, "SEND_BARK_MESSAGE_TO_CLIENT", "hold", "none")
    histories.request(1, 20, "REJECTED", "CANCELLED", "CANCELLED")
    histories.held.append({"id": 1, "time": 15, "code": "MAYBE_SENT", "verb": "cancel"})
    assert histories.kinds() == {("stale", 1)}


def test_a_message_shown_and_rejected_without_being_held_is_maybe_sent_unclassified(histories):
    histories.row(1, expect=[BARK])
    histories.call(1, 12, "SEND_BARK_MESSAGE_TO_CLIENT", trouble="reset after effect")
    histories.request(1, 13, "REJECTED", "REJECTED", "MAYBE_SENT")
    assert ("maybe sent", 1) in histories.kinds()


def test_a_subscription_added_and_rejected_without_being_held_is_maybe_sent_unclassified(histories):
    histories.row(1)
    histories.call(1, 12, trouble="reset after effect")
    histories.request(1, 13, "REJECTED", "REJECTED", "RETRIES_EXHAUSTED")
    assert ("maybe sent", 1) in histories.kinds()


def test_a_message_shown_held_and_cancelled_by_a_person_is_right(histories):
    histories.row(1, expect=[BARK])
    histories.call(1, 12, "SEND_BARK_MESSAGE_TO_CLIENT", trouble="reset after effect")
    histories.request(1, 30, "REJECTED", "CANCELLED", "CANCELLED")
    histories.held.append({"id": 1, "time": 25, "code": "MAYBE_SENT", "verb": "cancel"})
    assert histories.findings() == []


def test_what_is_held_without_a_known_reason_is_found(histories):
    histories.done(1)
    histories.held.append({"id": 1, "time": 12, "code": "RECORD_REFUSED", "verb": "release"})
    assert histories.kinds() == {("maybe sent", 1)}


def test_what_is_still_held_at_the_end_is_found(histories):
    histories.row(1)
    histories.request(1, None, "PENDING", "HELD", "MAYBE_SENT")
    assert histories.kinds() == {("maybe sent", 1)}


def test_equal_seeds_give_equal_loads_and_others_do_not():
    def first(seed):
        return [row for _, row in zip(range(300), Requests(seed, 50))]

    assert first(1) == first(1)
    assert first(1) != first(2)


def test_nothing_is_found_in_a_run_that_went_well(histories):
    histories.done(1)
    histories.run(1)
    histories.fed(2, run=1)
    histories.entitlement(True, request=1)

    assert histories.findings() == []
    assert histories.figures["rows inserted"] == 1
    assert histories.figures["requests of runs"] == 1


def test_a_run_that_does_not_end_is_lost(histories):
    histories.run(1, "PAUSED")
    assert histories.findings() == [("lost", 0, "run 1 is PAUSED at the end")]


def test_a_card_that_a_run_passed_over_is_lost(histories):
    histories.run(1)
    assert histories.findings() == [("lost", 0, f"run 1 is DONE, and was never sent to card {CARD}")]


def test_a_run_that_counted_wrong_is_lost(histories):
    histories.run(1, ended=2)
    histories.fed(2, run=1)
    assert histories.findings() == [("lost", 0, "run 1 is DONE with 2 of 1 cards")]


def test_two_requests_of_a_run_for_one_card_are_doubled(histories):
    histories.run(1)
    histories.fed(2, run=1)
    histories.fed(3, run=1)
    assert histories.findings() == [("doubled", 0, f"run 1 was sent 2 times to card {CARD}")]


def test_a_card_that_was_sent_long_after_the_cancellation_is_doubled(histories):
    histories.run(1, "CANCELLED", cancelled=10)
    histories.fed(2, run=1)
    assert histories.findings() == [("doubled", 2, f"run 1 was sent to card {CARD} after it was cancelled")]


def test_a_card_that_a_person_released_after_the_cancellation_may_be_sent(histories):
    histories.run(1, "CANCELLED", cancelled=10)
    histories.fed(2, run=1)
    histories.held.append({"id": 2, "time": 21, "code": "MAYBE_SENT", "verb": "release"})
    assert histories.findings() == []


def test_a_card_that_was_sent_just_after_the_cancellation_was_in_flight(histories):
    histories.run(1, "CANCELLED", cancelled=19)
    histories.fed(2, run=1)
    assert histories.findings() == []


def test_a_withdrawn_request_of_a_run_was_cancelled_by_the_pause(histories):
    histories.run(1)
    histories.fed(2, run=1)
    histories.fed(3, run=1)
    histories.tables = [t for t in histories.tables if t["kind"] not in ("request", "command", "claim") or t["id"] != 2]
    histories.journal = [e for e in histories.journal if e["sequence_number"] != "200001"]
    histories.request(2, 21, "REJECTED", "CANCELLED", "WITHDRAWN")
    assert histories.findings() == []


def test_a_ledger_that_differs_from_the_cas_is_found(histories):
    histories.done(1)
    histories.entitlement(False, request=1)
    assert histories.findings() == [("ledger", 1, f"the ledger says taken for service 1001 of card {CARD}, and the CAS says otherwise")]


def test_a_difference_that_a_reconciliation_found_is_told(histories):
    histories.done(1)
    histories.drift("missing")
    assert histories.findings() == [("ledger", 0, f"a reconciliation found that card {CARD} differs from the ledger: missing 1001")]
