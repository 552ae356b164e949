"""The late penalty of a rules file: a share for each day or hour after the due time, taken off the total."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction
from typing import Any, Literal, get_args

from stemkey.diagnostics import Diagnostics, Place, Severity, Text, rule
from stemkey.scoring.submission_times import zone_of

NOTHING, ALL, HUNDRED = Fraction(0), Fraction(1), Fraction(100)
Count = Literal["started", "full", "exact"]
Base = Literal["possible", "earned"]
PERIODS: Mapping[str, timedelta] = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
KNOWN = ("due", "penalty", "per", "count", "of", "at-most", "floor", "column", "format", "zone", "extensions")
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRule:
    """What lateness costs."""

    due: datetime
    """The due time, with its zone."""
    penalty: Fraction
    """Share that each period costs: 1/10 for 10 %."""
    per: str = "day"
    count: Count = "started"
    """Whether a period counts once it has begun, once it is over, or in part."""
    of: Base = "possible"
    """What the share is of: the candidate's maximum, or the score."""
    at_most: Fraction = ALL
    """Share that is never exceeded, however late."""
    floor: Fraction = NOTHING
    """Share of the maximum below which the penalty takes no score."""
    column: str | None = None
    """Column with the time of handing in; None: the one that says so."""
    format: str | None = None
    """How the times are written, as `%d/%m/%Y %H:%M`, where that is not clear."""
    zone: tzinfo | None = None
    """Of times without one."""
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    """Other due times, by the candidate's id."""

    def due_of(self, candidate: str) -> datetime:
        """Return a candidate's due time."""
        return self.extensions.get(candidate, self.due)

    def periods(self, submitted: datetime, due: datetime) -> Fraction:
        """Return how many periods late something is; 0 where it is in time."""
        late = Fraction((submitted - due) // MICROSECOND, PERIODS[self.per] // MICROSECOND)
        if late <= 0:
            return NOTHING
        match self.count:
            case "started":
                return Fraction(-(-late.numerator // late.denominator))
            case "full":
                return Fraction(late.numerator // late.denominator)
            case "exact":
                return late

    def after(self, score: Fraction, points: Fraction, periods: Fraction) -> Fraction:
        """Return a score after the penalty; one that is at the floor or below it stays as it is."""
        base = points if self.of == "possible" else max(score, NOTHING)
        lowest = self.floor * points
        wanted = min(self.penalty * periods, self.at_most) * base
        return score - min(wanted, max(score - lowest, NOTHING))

    @property
    def sentences(self) -> list[str]:
        """The rule in words."""
        each = {
            "started": f"each {self.per} begun",
            "full": f"each full {self.per}",
            "exact": f"a {self.per}, in proportion,",
        }
        of = {"possible": "the points possible", "earned": "the points earned"}[self.of]
        most = f", at most {_percent(self.at_most)}" if self.at_most < 1 else ""
        others = len(self.extensions)
        extended = (
            f" {others} {'candidate has' if others == 1 else 'candidates have'} another due time." if others else ""
        )
        return [
            f"Late: {_percent(self.penalty)} of {of} off for {each[self.count]} after {self.due.isoformat()}{most}.{extended}",
            f"The late penalty takes no score below {_percent(self.floor)} of the maximum.",
            "The late penalty is taken off the total; the scores of questions and all statistics are without it.",
        ]


def _percent(share: Fraction) -> str:
    value = 100 * share
    return f"{value.numerator if value.denominator == 1 else float(value)} %"


def read_late(table: Mapping[str, Any], place: Place, found: Diagnostics) -> LateRule | None:
    """Return the penalty of a rules file's `[late]`; None, with findings, where it cannot be understood."""
    return _Reader(table, place, found).rule()


class _Reader:
    def __init__(self, table: Mapping[str, Any], place: Place, found: Diagnostics) -> None:
        self.table, self.place, self.found = table, place, found
        self.before = len(found)

    def rule(self) -> LateRule | None:
        for name in sorted(self.table.keys() - set(KNOWN)):
            self._unclear(name, f"it is none of {', '.join(KNOWN)}")
        zone = self._zone()
        due = self._time("due", self.table.get("due"), zone)
        penalty = self._share("penalty", None)
        shares = {name: self._share(name, default) for name, default in (("at-most", ALL), ("floor", NOTHING))}
        extensions = self.table.get("extensions", {})
        if not isinstance(extensions, dict):
            self._unclear("extensions", 'it is no table of "id" = time')
            extensions = {}
        others = {name: self._time(f"extensions.{name}", value, zone) for name, value in extensions.items()}
        rule_ = {
            name: self._one_of(name, known, default)
            for name, known, default in (
                ("per", tuple(PERIODS), "day"), ("count", get_args(Count), "started"), ("of", get_args(Base), "possible"),
            )
        }  # fmt: skip
        texts = {name: self._text(name) for name in ("column", "format")}
        if len(self.found) > self.before or due is None or penalty is None:
            return None
        return LateRule(
            due=due,
            penalty=penalty,
            per=rule_["per"],
            count=rule_["count"],  # type: ignore[arg-type]  # one of its literals, checked above
            of=rule_["of"],  # type: ignore[arg-type]  # the same
            at_most=shares["at-most"] or NOTHING,
            floor=shares["floor"] or NOTHING,
            zone=zone,
            extensions={name: time for name, time in others.items() if time is not None},
            **texts,
        )

    def _unclear(self, name: str, reason: str) -> None:
        self.found.add(late_unclear(name, reason), self.place)

    def _zone(self) -> tzinfo | None:
        name = self.table.get("zone")
        zone = zone_of(name) if isinstance(name, str) else None
        if name is not None and zone is None:
            self._unclear("zone", f"'{name}' is no zone; write '+01:00' or 'Europe/Berlin'")
        return zone

    def _time(self, name: str, value: object, zone: tzinfo | None) -> datetime | None:
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                value = None
        if not isinstance(value, datetime):
            self._unclear(name, "it is no date with a time; write 2026-11-20T23:59:00+01:00")
            return None
        if value.tzinfo is None and zone is None:
            self._unclear(name, f"{value.isoformat()} has no zone; write {value.isoformat()}+01:00, or say zone")
            return None
        aware = value if value.tzinfo is not None else value.replace(tzinfo=zone)
        if aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None) != aware.replace(tzinfo=None):
            self._unclear(name, f"{value.isoformat()} is skipped by the clocks of the zone; write it with its offset")
            return None
        return aware

    def _share(self, name: str, default: Fraction | None) -> Fraction | None:
        value = self.table.get(name)
        if value is None and default is not None:
            return default
        try:
            share = Fraction(str(value)) / HUNDRED
        except (ValueError, ZeroDivisionError):
            share = Fraction(-1)
        if not 0 <= share <= 1:
            self._unclear(name, f"{'it' if value is None else repr(str(value))} is no per cent from 0 to 100")
            return None
        return share

    def _one_of(self, name: str, known: tuple[str, ...], default: str) -> str:
        value = self.table.get(name, default)
        if value not in known:
            self._unclear(name, f"'{value}' is none of {', '.join(known)}")
            return default
        return str(value)

    def _text(self, name: str) -> str | None:
        value = self.table.get(name)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self._unclear(name, "it is no text")
            return None
        return value


@rule("G241", Severity.ERROR)
def late_unclear(name: str, reason: str) -> Text:
    """The late penalty of the rules file cannot be understood, and nobody's points are taken off by a guess.

    A due time needs its zone: `2026-11-20T23:59:00+01:00`. `docs/scoring.md` has every setting.
    """
    return Text(
        f"the late penalty's '{name}' is not clear: {reason}", "e.g. due = 2026-11-20T23:59:00+01:00, penalty = 10"
    )
