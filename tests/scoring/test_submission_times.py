"""Dates and times as LMSs and people write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemkey.scoring.submission_times import common_orders, instants, readings, zone_of

MORNING, EVENING = datetime(2026, 9, 17, 9, 5), datetime(2026, 9, 17, 21, 5)  # noqa: DTZ001 # as the sheets write them


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("17 September 2026  9:05 AM", MORNING),  # Moodle, English; its comma became a blank
        ("17 September 2026, 9:05 PM", EVENING),
        ("Donnerstag, 17. September 2026, 21:05", EVENING),
        ("jeudi 17 septembre 2026, 21:05", EVENING),
        ("jueves, 17 de septiembre de 2026, 21:05", EVENING),
        ("giovedì, 17 settembre 2026, 21:05", EVENING),
        ("quinta-feira, 17 de setembro de 2026, 21:05", EVENING),
        ("donderdag, 17 september 2026, 21:05", EVENING),
        ("17 września 2026, 21:05", EVENING),
        ("2026-09-17 09:05:00", MORNING),  # a date cell of a workbook
        ("2026-09-17T09:05", MORNING),
        ("Sep 17, 2026 9:05 am", MORNING),
        ("17-Sep-2026 09:05", MORNING),
        ("17.09.2026 09:05", MORNING),
        ("17.9.26 21.05", EVENING),
        ("9/17/26 21:05:00", EVENING),  # Microsoft Forms, saved as CSV
        ("17/09/2026 09:05", MORNING),
        ("2026年9月17日 21:05", EVENING),
        ("12:05 a.m. 18 September 2026", datetime(2026, 9, 18, 0, 5)),  # noqa: DTZ001 # the same
        ("12:05 PM 17 September 2026", datetime(2026, 9, 17, 12, 5)),  # noqa: DTZ001 # the same
    ],
)
def test_a_time_without_zone(text: str, at: datetime) -> None:
    found = set(readings(text).values())
    assert {moment.at for moment in found} == {at}
    assert not any(moment.has_zone for moment in found)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-09-17 09:05:00 UTC", "2026-09-17T09:05:00+00:00"),  # Canvas
        ("2026/09/17 9:05:00 AM GMT+5:30", "2026-09-17T03:35:00+00:00"),  # Google Forms
        ("2026-09-17T09:05:00Z", "2026-09-17T09:05:00+00:00"),
        ("2026-09-17T09:05:00.250-05:00", "2026-09-17T14:05:00.250000+00:00"),
        ("Thu, 17 Sep 2026 09:05:00 +0200", "2026-09-17T07:05:00+00:00"),
    ],
)
def test_a_time_with_its_zone(text: str, at: str) -> None:
    (moment,) = set(readings(text).values())
    assert instants(moment, None) == (datetime.fromisoformat(at),)


@pytest.mark.parametrize(
    "text",
    ["", "-", "late", "2026-09-17", "09:05", "30/02/2026 10:00", "2026-09-17 25:00", "2026-09-17 13:05 PM",
     "2026-09-17 09:05 CET", "17 Smarch 2026 09:05", "2026-09-17 09:05 or so", "2026-09-17 09:05 GMT+25"],
)  # fmt: skip
def test_what_is_no_date_with_a_time(text: str) -> None:
    assert readings(text) == {}


def test_only_an_order_that_fits_every_date_is_believed() -> None:
    assert common_orders(["03/04/2026 10:00", "25/04/2026 10:00", "nonsense"]) == ("dmy",)
    assert common_orders(["03/04/2026 10:00"]) == ("dmy", "mdy")
    assert common_orders(["05/05/2026 10:00"]) == ("dmy",)  # both say the same
    assert common_orders(["13/04/2026 10:00", "04/13/2026 10:00"]) == ()
    assert common_orders(["1/2/03 10:00", "1/31/03 10:00"]) == ("mdy",)
    assert common_orders(["03/04/2026 10:00"], "%m/%d/%Y %H:%M") == ("dmy",)


def test_summer_time_is_followed() -> None:
    zone = zone_of("Europe/Berlin")
    (twice,) = set(readings("2026-10-25 02:30").values())
    (never,) = set(readings("2026-03-29 02:30").values())
    assert len(instants(twice, zone)) == 2
    assert instants(never, zone) == ()
    assert zone_of("+05:30") == timezone(timedelta(hours=5, minutes=30))
    assert [zone_of(name) for name in ("Europe/Nowhere", "../etc/passwd", "+25:00", "")] == [None] * 4


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001 # the sheet's own
def test_iso_times_are_read_as_they_were_written(at: datetime) -> None:
    assert {moment.at for moment in readings(at.isoformat(" ")).values()} == {at}
    assert {moment.at for moment in readings(at.replace(tzinfo=UTC).isoformat()).values()} == {at.replace(tzinfo=UTC)}


@given(st.text(max_size=40))
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(readings(text), dict)
