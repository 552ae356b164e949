"""When something was handed in: dates and times as LMSs and people write them, in all the ways in which they can be read.

A date like 03/04/2026 is two dates. Each order of day, month and year is a reading of its own, and only a reading that fits
every date of a sheet is believed; where two fit and differ, nothing is believed. No clock, no locale of the machine.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple

ORDERS = ("dmy", "mdy", "ymd")
"""Of three numbers with slashes, points or hyphens, where the year does not show which is which."""

LONGEST = 100
"""Characters of a date; nothing longer is searched for one."""

_MONTHS = (
    "jan january januar janvier enero ene janeiro gennaio gen januari jaan tammikuu styczen stycznia leden ledna",
    "feb february februar fevrier febrero fevereiro febbraio februari helmikuu luty lutego unor unora",
    "mar march marz maerz mars marzo marco maart maaliskuu marzec marca brezen brezna",
    "apr april avril abril aprile huhtikuu kwiecien kwietnia duben dubna",
    "may mai mayo maio maggio mei maj toukokuu maja kveten kvetna",
    "jun june juni juin junio junho giugno kesakuu czerwiec czerwca cerven cervna",
    "jul july juli juillet julio julho luglio heinakuu lipiec lipca cervenec cervence",
    "aug august aout agosto augustus augusti elokuu sierpien sierpnia srpen srpna",
    "sep sept september septembre septiembre setembro settembre syyskuu wrzesien wrzesnia zari",
    "oct october okt oktober octobre octubre outubro ottobre lokakuu pazdziernik pazdziernika rijen rijna",
    "nov november novembre noviembre novembro marraskuu listopad listopada listopadu",
    "dec december dez dezember decembre diciembre dezembro dicembre joulukuu grudzien grudnia prosinec prosince",
)
_MONTH: Mapping[str, int] = {
    name: number for number, names in enumerate(_MONTHS, 1) for name in names.split() if name != "listopad"
}  # October in Croatian, November in Polish and Czech
_DAY_NAMES = """mon monday tue tuesday wed wednesday thu thursday fri friday sat saturday sun sunday
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miercoles jueves viernes sabado domingo
    segunda-feira terca-feira quarta-feira quinta-feira sexta-feira lunedi martedi mercoledi giovedi venerdi domenica
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"""
_WEEKDAYS = frozenset(_DAY_NAMES.split())
_FILLERS = frozenset(
    {"de", "del", "of", "at", "um", "uhr", "a", "à", "the", "om", "kl", "kl.", "klo", "o", "le", "den", "el", "h"}
)

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T(?=\d)|(?!\d))")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|\.)?[ -]+(?:de )?([^\W\d_]+)\.?,?[ -]+(?:de )?(\d{4})(?!\d)"
)
_MONTH_DAY = re.compile(r"([^\W\d_]+)\.?[ -]+(\d{1,2})(?:st|nd|rd|th)?,?[ -]+(\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<![\d:.+-])(\d{1,2})(?:[:h](\d{2})|\.(\d{2})(?=$|\s))(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap])?(?:\.?m\b\.?)?(?![\d:])",
    re.IGNORECASE,
)
_HALF = re.compile(r"\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_ZONE = re.compile(
    r"(?:(?<=\d)|\b)(?:(?:UTC|GMT)\s?([+-]\d{1,2}(?::?\d{2})?)?|Z\b)|(?<=[\d ])([+-]\d{2}:?\d{2})\b", re.IGNORECASE
)
OFFSET = re.compile(r"([+-])(\d{1,2})(?::?(\d{2}))?")


class Moment(NamedTuple):
    """A time as it was written; of a zone where one is written beside it."""

    at: datetime

    @property
    def has_zone(self) -> bool:
        """Whether it says of which zone it is."""
        return self.at.tzinfo is not None


@lru_cache(maxsize=1 << 14)
def readings(text: str, form: str | None = None) -> Mapping[str, Moment]:
    """Return what a text says by the order of day, month and year that it is read in; nothing where it is no date and time.

    `form` is the one way to read it, as `%d/%m/%Y %H:%M`.
    """
    if form is not None:
        return dict.fromkeys(ORDERS, moment) if (moment := _by_form(text, form)) else {}
    if len(text) > LONGEST:
        return {}
    clean = " ".join(unicodedata.normalize("NFKC", text).split())
    found: dict[str, Moment] = {}
    for order, date, rest in _dates(clean):
        moment = _with_time(date, rest)
        if moment is not None:
            found[order] = moment
    return found


def common_orders(texts: Iterable[str], form: str | None = None) -> tuple[str, ...]:
    """Return the orders that every one of some texts can be read in; texts that are no dates at all are passed over.

    One order where all that fit say the same, several where they differ, none where no order fits all.
    """
    read = [known for text in texts if (known := readings(text, form))]
    fitting = tuple(order for order in ORDERS if all(order in known for known in read))
    differ = any(len({known[order] for order in fitting}) > 1 for known in read)
    return fitting if differ else fitting[:1]


def zone_of(name: str) -> tzinfo | None:
    """Return a zone by its offset, `+01:00`, or its name, `Europe/Berlin`; None where it is none."""
    offset = OFFSET.fullmatch(name.strip())
    if offset:
        return _offset(*offset.groups())
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def instants(moment: Moment, zone: tzinfo | None) -> tuple[datetime, ...]:
    """Return the instants that a time can be, in UTC: two in the hour that clocks go back, none in the one they skip.

    None, too, where neither the time nor `zone` says of which zone it is.
    """
    if moment.has_zone:
        return (moment.at.astimezone(UTC),)
    if zone is None:
        return ()
    both = {moment.at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(at for at in both if at.astimezone(zone).replace(tzinfo=None) == moment.at))


def _by_form(text: str, form: str) -> Moment | None:
    try:
        # The format that the user gives may name a zone; where it does not, the zone is asked for elsewhere.
        return Moment(datetime.strptime(" ".join(text.split()), " ".join(form.split())))  # noqa: DTZ007 # said above
    except ValueError:
        return None


def _dates(text: str) -> Iterator[tuple[str, tuple[int, int, int], str]]:
    """Give each date that a text can hold, as year, month, day, with its order and what else the text says."""
    iso = _ISO.search(text)
    if iso:
        date = (int(iso[1]), int(iso[2]), int(iso[3]))
        yield from ((order, date, _without(text, iso)) for order in ORDERS)
        return
    worded = _worded(text)
    if worded:
        match, date = worded
        yield from ((order, date, _without(text, match)) for order in ORDERS)
        return
    numbers = _NUMBERS.search(text)
    if numbers:
        rest = _without(text, numbers)
        for order, date in _numbered(int(numbers[1]), int(numbers[3]), numbers[4], numbers[2]).items():
            yield order, date, rest


def _numbered(first: int, second: int, last: str, sign: str) -> dict[str, tuple[int, int, int]]:
    """Return three numbers as year, month, day in each order that they can have."""
    year = int(last) if len(last) == 4 else 2000 + int(last)
    found = {"dmy": (year, second, first)}
    if sign == ".":
        found |= {"mdy": found["dmy"], "ymd": found["dmy"]}  # with points the day is first wherever it is written so
    else:
        found["mdy"] = (year, first, second)
        if len(last) == 2:
            found["ymd"] = (2000 + first, second, int(last))
    return {order: date for order, date in found.items() if 1 <= date[1] <= 12 and 1 <= date[2] <= 31}


def _worded(text: str) -> tuple[re.Match[str], tuple[int, int, int]] | None:
    for pattern, day, name in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        for match in pattern.finditer(text):
            month = _MONTH.get(_bare(match[name]))
            if month is not None:
                return match, (int(match[3]), month, int(match[day]))
    return None


def _bare(word: str) -> str:
    """Return a word in small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _with_time(date: tuple[int, int, int], rest: str) -> Moment | None:
    """Return a date with the time and zone that stand beside it; None where there is no time, or more than that."""
    time = _TIME.search(rest)
    if time is None:
        return None
    rest = _without(rest, time)
    half = time[6]
    if half is None and (found := _HALF.search(rest)):
        half, rest = found[1], _without(rest, found)
    zone = _ZONE.search(rest)
    offset = None
    if zone:
        signed = OFFSET.fullmatch(zone[1] or zone[2] or "+0")
        offset = _offset(*signed.groups()) if signed else None
        if offset is None:
            return None
        rest = _without(rest, zone)
    words = (_bare(word.strip(",.()")) for word in rest.split())
    if any(word and word not in _WEEKDAYS and word not in _FILLERS for word in words):
        return None
    hour = _hour(int(time[1]), half)
    fraction = (time[5] or "").ljust(6, "0")[:6]
    try:
        return Moment(datetime(*date, hour, int(time[2] or time[3]), int(time[4] or 0), int(fraction), tzinfo=offset))
    except ValueError:
        return None


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return 99  # 13 PM is no time
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _offset(sign: str, hours: str, minutes: str | None) -> timezone | None:
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if size > timedelta(hours=14):
        return None
    return timezone(-size if sign == "-" else size)
