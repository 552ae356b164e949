"""From results to a report: which sections there are, and what each of them says."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from stemkey.analysis.item_analysis import ChoiceStatistics, ItemStatistics, TestStatistics
from stemkey.diagnostics import Diagnostic, Severity, Span
from stemkey.model import ChoiceInteraction, Content
from stemkey.reports.charts import difficulty_picture, is_doubtful, listed, option_trace, score_histogram
from stemkey.reports.columns import (
    CANDIDATE_FIELDS,
    CHOICE_FIELDS,
    FURTHER_ITEM_FIELDS,
    ITEM_FIELDS,
    LATE_FIELDS,
    TEST_FIELDS,
    Field,
    Subject,
    fill_table,
    subjects,
)
from stemkey.reports.decimals import counted, shown
from stemkey.reports.document import (
    Block,
    Column,
    Findings,
    Kind,
    Listing,
    Mark,
    OptionTable,
    Paragraph,
    Report,
    ResponseMatrix,
    Section,
    Table,
    Value,
    Verdict,
)
from stemkey.reports.findings import MAXIMUM_MATRIX_ITEMS, all_findings
from stemkey.reports.keys import describe_key
from stemkey.reports.results import MAXIMUM_LISTED, Results
from stemkey.richtext.to_plain import to_plain
from stemkey.scoring.answer_key import AnswerKey, ItemKey, Judgement, Status
from stemkey.scoring.gradebook import Candidate


def build_report(results: Results) -> Report:
    """Return the report that the page and the workbook are made from."""
    found = all_findings(results)
    items = subjects(results)
    return Report(
        title=results.title or results.quiz.identifier,
        subtitle=_subtitle(results.analysis.test),
        sections=tuple(section for section in _sections(results, items, found) if section.blocks),
        flag_words=_flag_words(results.analysis.items, found),
        assets=results.quiz.assets,
    )


def _sections(results: Results, items: Sequence[Subject], found: Sequence[Diagnostic]) -> Iterator[Section]:
    test = results.analysis.test
    statistics = results.analysis.items
    charts = [score_histogram(test), difficulty_picture(statistics)]
    yield Section(
        name="glance",
        title="At a glance",
        blocks=(
            *_summary(test, statistics, found),
            *_noticed(statistics, found),
            *(chart for chart in charts if chart),
            fill_table("test", "The test as a whole", TEST_FIELDS, [test], record=True),
        ),
    )
    yield Section(name="grading", title="How the scores were found", blocks=tuple(_grading(results, items, found)))
    yield Section(name="questions", title="The questions", blocks=(_question_table(items),))
    yield Section(
        name="items", title="Question by question", blocks=tuple(_option_table(item, found) for item in items)
    )
    yield Section(name="candidates", title="The candidates", blocks=tuple(_candidates(results)))
    yield Section(name="findings", title="Findings", blocks=(_all_findings(found),))
    yield Section(name="definitions", title="What the numbers mean", blocks=(_definitions(),))


def _subtitle(test: TestStatistics) -> str:
    return (
        f"{counted(test.candidates, 'candidate')}, {counted(test.items, 'question')},"
        f" {shown(test.points, Kind.SCORE)} point{'' if test.points == 1 else 's'}"
    )


# --- at a glance --------------------------------------------------------------------------------------------------


def _summary(test: TestStatistics, items: Sequence[ItemStatistics], found: Sequence[Diagnostic]) -> Iterator[Paragraph]:
    if test.mean is not None:
        share = f" ({shown(100 * test.mean / float(test.points), Kind.PERCENT)})" if test.points else ""
        spread = f" with a standard deviation of {shown(test.standard_deviation, Kind.SCORE)}"
        yield Paragraph(
            text=f"The mean score is {shown(test.mean, Kind.SCORE)} of {shown(test.points, Kind.SCORE)} points{share}"
            f"{spread if test.standard_deviation is not None else ''}."
        )
    if test.alpha is not None:
        yield Paragraph(text=_reliability(test, test.alpha))
    doubtful = [item.number for item in items if is_doubtful(item)]
    if doubtful:
        which = f"Question {doubtful[0]} needs" if len(doubtful) == 1 else f"Questions {listed(doubtful)} need"
        yield Paragraph(text=f"{which} a second look.")
    elif test.candidates:
        yield Paragraph(text="No question stands out as doubtful.")
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    if errors:
        yield Paragraph(
            text=f"{counted(errors, 'cell, row or file', 'cells, rows or files')} could not be used as"
            f" {'it stands' if errors == 1 else 'they stand'}; each is listed under Findings."
        )


def _noticed(items: Sequence[ItemStatistics], found: Sequence[Diagnostic]) -> Iterator[Listing]:
    """Yield what was flagged, kind by kind: the gravest first, then what few questions have."""
    kinds: dict[str, list[str]] = {}
    for item in items:
        for code in item.flags:
            kinds.setdefault(code, []).append(item.number)
    severities = {finding.code: finding.severity for finding in found}
    names = _flag_words(items, found)
    order = sorted(kinds, key=lambda code: (-severities.get(code, 0), _place_of(code)))
    entries = tuple(
        f"{names[code].capitalize()}: {'question' if len(kinds[code]) == 1 else 'questions'} {listed(kinds[code])}"
        for code in order
    )
    if entries:
        yield Listing(name="noticed", title="What was noticed", entries=entries)


# A wrong key harms everybody, a question that is too easy nobody.
_GRAVEST_FIRST = ("A203", "A205", "A207", "A204", "A201", "A202", "A206")


def _place_of(code: str) -> tuple[int, str]:
    return (_GRAVEST_FIRST.index(code) if code in _GRAVEST_FIRST else len(_GRAVEST_FIRST), code)


_BANDS = (
    (0.9, "which is high enough for decisions about single candidates"),
    (0.8, "which is good"),
    (0.7, "which is usual for a classroom test"),
    (0.6, "which is low: treat small differences between candidates with care"),
    (float("-inf"), "which is poor: the order of the candidates is partly chance"),
)


def _reliability(test: TestStatistics, alpha: float) -> str:
    # As it is shown: 0.798 reads 0.80, and a reader compares what is printed.
    band = next(words for bound, words in _BANDS if round(alpha, 2) >= bound)
    interval = ""
    if test.alpha_interval:
        low, high = test.alpha_interval
        interval = f" (95 % interval {shown(low, Kind.CORRELATION)} to {shown(high, Kind.CORRELATION)})"
    small = test.candidates < 30 or test.items < 10
    return (
        f"Reliability, Cronbach's alpha, is {shown(alpha, Kind.CORRELATION)}{interval}, {band}."
        f"{' With so few candidates or questions the figure itself is uncertain.' if small else ''}"
    )


# --- how the scores were found ------------------------------------------------------------------------------------


def _column(name: str, title: str, kind: Kind = Kind.TEXT, definition: str = "") -> Column:
    return Column(name=name, title=title, kind=kind, definition=definition)


def _grading(results: Results, items: Sequence[Subject], found: Sequence[Diagnostic]) -> Iterator[Block]:
    record = results.record
    yield Table(
        name="record",
        title="The record",
        columns=(
            _column("quiz", "Quiz"),
            _column("digest", "Quiz file, SHA-256"),
            _column("attempts", "Attempt that counts"),
        ),
        rows=((record.quiz_source, record.quiz_digest, record.attempts),),
        record=True,
    )
    yield _files(results)
    yield Listing(name="rules", title="Rules in force", entries=record.rules or results.key.rules)
    if record.assumptions:
        yield Listing(name="assumptions", title="What was assumed", entries=record.assumptions)
    yield _key_table(items)
    yield from _decisions(results)
    yield from _late(results)
    yield from _kept(results)
    if record.mapping:
        yield Table(
            name="mapping",
            title="Which column answers which question",
            columns=(
                _column("column", "Column of the sheet"),
                _column("number", "Question"),
                _column("by", "Matched by"),
            ),
            rows=tuple((column.column, column.number, column.by) for column in record.mapping),
        )
    odd = tuple(_odd_responses(results))
    if odd:
        yield Table(
            name="odd",
            title="Responses that were not graded as answers",
            columns=(
                _column("id", "Id"),
                _column("name", "Name"),
                _column("row", "Row", Kind.COUNT),
                _column("number", "Question"),
                _column("response", "The cell shows"),
                _column("status", "What became of it"),
            ),
            rows=odd,
        )
    grading = tuple(finding for finding in found if finding.code[0] in "SG")
    if grading:
        yield Findings(name="grading-findings", title="Findings about the sheet", findings=grading)


def _files(results: Results) -> Table:
    return Table(
        name="files",
        title="Files that were graded",
        columns=(
            _column("name", "File"),
            _column("source", "Source"),
            _column("kind", "Kind"),
            _column("sheet", "Sheet"),
            _column("encoding", "Encoding"),
            _column("rows_read", "Rows read", Kind.COUNT),
            _column("rows_graded", "Rows graded", Kind.COUNT),
            _column("rows_refused", "Rows refused", Kind.COUNT),
            _column(
                "rows_left_out",
                "Rows left out",
                Kind.COUNT,
                "People who were absent or never finished, and rows that say the same as another; the findings name them.",
            ),
        ),
        rows=tuple(
            (
                file.name,
                file.source,
                file.kind,
                file.sheet,
                file.encoding,
                file.rows_read,
                file.rows_graded,
                file.rows_refused,
                file.rows_left_out,
            )
            for file in results.record.files
        ),
    )


def _key_table(items: Sequence[Subject]) -> Table:
    return Table(
        name="key",
        title="The key",
        columns=(
            _column("number", "No."),
            _column("key", "Key"),
            _column("text", "Text of the key"),
            _column("points", "Points", Kind.SCORE),
            _column("identifier", "Identifier"),
        ),
        rows=tuple(
            (
                subject.statistics.number,
                _value(ITEM_FIELDS, "key", subject),
                " / ".join(choice.text for choice in subject.statistics.choices if choice.key),
                subject.statistics.points,
                subject.statistics.identifier,
            )
            for subject in items
        ),
    )


_WHO = frozenset({"id", "name", "score", "points"})


def _late(results: Results) -> Iterator[Table]:
    """Yield who loses points for being late, and of whom it is not known."""
    if results.key.late is None or results.candidates is None:
        return
    concerned = [
        candidate
        for candidate in results.candidates
        if candidate.late
        or candidate.score != candidate.score_before_late
        or (candidate.provisional and not candidate.submitted)
    ]
    who = [field for field in CANDIDATE_FIELDS if field.column.name in _WHO]
    if concerned:
        yield fill_table("late", "Handed in late, or nobody knows when", [*who[:2], *LATE_FIELDS, *who[2:]], concerned)


def _kept(results: Results) -> Iterator[Table]:
    """Yield who keeps the score of an earlier run."""
    if results.kept:
        yield Table(
            name="kept",
            title="Scores kept from an earlier run",
            columns=(
                _column("id", "Id"),
                _column("score", "Score of this run", Kind.SCORE),
                _column("kept", "Score kept", Kind.SCORE),
                _column("points", "Out of", Kind.SCORE),
            ),
            rows=tuple(tuple(kept) for kept in results.kept[:MAXIMUM_LISTED]),
        )


def _decisions(results: Results) -> Iterator[Table]:
    """Yield what was decided after the exam, and whom it affects."""
    before = results.key.before
    if before is not None:
        pairs = zip(before.items, results.key.items, strict=True)
        rows = tuple(row for old, new in pairs if (row := _decision(old, before, new, results.key)))
        yield Table(
            name="decisions",
            title="Decided after the exam",
            columns=(
                _column("number", "Question"),
                _column("key_before", "Key of the quiz"),
                _column("key", "Key used"),
                _column("points_before", "Points of the quiz", Kind.SCORE),
                _column("points", "Points used", Kind.SCORE),
                _column("counts", "Counts"),
            ),
            rows=rows,
        )
    if results.changed:
        names = {candidate.id: candidate.name for candidate in results.candidates or ()}
        yield Table(
            name="changed",
            title="Whom the decisions affect: sums of the questions, before a late penalty, cap or floor",
            columns=(
                _column("id", "Id"),
                _column("name", "Name"),
                _column("score_before", "Score before", Kind.SCORE),
                _column("points_before", "Out of", Kind.SCORE),
                _column("score", "Score now", Kind.SCORE),
                _column("points", "Out of now", Kind.SCORE),
            ),
            rows=tuple(
                (change.id, names.get(change.id, ""), *change[1:]) for change in results.changed[:MAXIMUM_LISTED]
            ),
        )


def _decision(old: ItemKey, before: AnswerKey, new: ItemKey, now: AnswerKey) -> tuple[Value, ...] | None:
    keys = describe_key(old.item), describe_key(new.item)
    points = old.ticks * before.tick, new.ticks * now.tick
    counts = "dropped: for nobody" if new.dropped else "bonus: not in the maximum" if new.bonus else "as always"
    if keys[0] == keys[1] and points[0] == points[1] and counts == "as always":
        return None
    return new.item.number, *keys, *points, counts


def _value(fields: Sequence[Field[Subject]], name: str, subject: Subject) -> Value:
    return next(field.value(subject) for field in fields if field.column.name == name)


_STATUS_WORDS: Mapping[Status, str] = {
    Status.INVALID: "no option of the question",
    Status.SEVERAL_MARKS: "several marks where one is allowed",
    Status.UNREADABLE: "damaged: no score, the total is provisional",
}


def _odd_responses(results: Results) -> Iterator[tuple[Value, ...]]:
    for candidate in results.candidates or ():
        for key, judgement in zip(results.key.items, candidate.items, strict=True):
            if judgement.status in _STATUS_WORDS:
                words = _STATUS_WORDS[judgement.status]
                if judgement.credit is not None:
                    points = judgement.ticks * results.key.tick
                    words += f": {shown(points, Kind.SCORE)} point{'' if points == 1 else 's'}"
                yield candidate.id, candidate.name, candidate.row, key.item.number, judgement.response, words


# --- questions ----------------------------------------------------------------------------------------------------


def _question_table(items: Sequence[Subject]) -> Table:
    return fill_table("questions", "All questions", (*ITEM_FIELDS, *FURTHER_ITEM_FIELDS), items)


_OPTION_FIELDS = tuple(field for field in CHOICE_FIELDS if field.column.name != "identifier")
_STATISTICS = tuple(
    field for field in ITEM_FIELDS if field.column.name not in {"number", "identifier", "title", "flags", "key"}
)


def _option_table(subject: Subject, found: Sequence[Diagnostic]) -> OptionTable:
    item = subject.statistics
    about = tuple(
        finding
        for finding in found
        if finding.item == item.number and (finding.code in item.flags or finding.code[0] == "A")
    )
    return OptionTable(
        number=item.number,
        title=item.title or to_plain(subject.key.item.body),
        stem=subject.key.item.body,
        key=str(_value(ITEM_FIELDS, "key", subject)),
        place=_place(item.span),
        statistics=fill_table("statistics", "Statistics", _STATISTICS, [subject], record=True),
        options=_options(item),
        choices=_choice_contents(subject),
        trace=option_trace(item),
        findings=about,
    )


def _choice_contents(subject: Subject) -> tuple[Content, ...]:
    interactions = subject.key.item.interactions
    choice = interactions[0] if len(interactions) == 1 else None
    if isinstance(choice, ChoiceInteraction) and len(choice.choices) == len(subject.statistics.choices):
        return tuple(option.content for option in choice.choices)
    return ()


def _place(span: Span | None) -> str:
    return f"{span.source}, line {span.line}" if span else ""


def _options(item: ItemStatistics) -> Table:
    """Return the options, then what else the cells held: blanks always, the rest where it occurs."""
    others = (
        ("omitted", item.omitted),
        ("not reached", item.not_reached),
        ("several marks", item.several_marks),
        ("stray mark", item.invalid),
        ("unreadable", item.unreadable),
        ("to be graded", item.needs_grading),
    )
    extra = tuple(
        _other_row(words, count, item.n) for words, count in others if count or (words == "omitted" and item.choices)
    )
    table = fill_table("options", "Options", _OPTION_FIELDS, item.choices)
    if not item.choices:
        extra = (_other_row("answered", item.answered, item.n), *extra)
    return Table(name=table.name, title=table.title, columns=table.columns, rows=(*table.rows, *extra))


def _other_row(words: str, count: int, n: int) -> tuple[Value, ...]:
    values: dict[str, Value] = {"label": words, "count": count, "proportion": count / n if n else None}
    return tuple(
        values.get(field.column.name, "" if field.column.kind is Kind.TEXT else None) for field in _OPTION_FIELDS
    )


def _flag_words(items: Sequence[ItemStatistics], found: Sequence[Diagnostic]) -> Mapping[str, str]:
    names = {finding.code: finding.name.replace("-", " ") for finding in found}
    return {code: names.get(code, code) for item in items for code in item.flags}


# --- candidates ---------------------------------------------------------------------------------------------------


def _candidates(results: Results) -> Iterator[Block]:
    if results.candidates is None:
        yield Paragraph(text="The class is too large to be listed here: students.csv has every candidate.")
        return
    yield _candidate_table(results, results.candidates)
    if results.grades is not None:
        yield _grade_table(results.grades)
    if len(results.key.items) <= MAXIMUM_MATRIX_ITEMS:
        yield _matrix(results, results.candidates)


def _candidate_table(results: Results, candidates: Sequence[Candidate]) -> Table:
    table = fill_table("candidates", "Scores, in the order of the sheet", _used_fields(candidates), candidates)
    if results.grades is None:
        return table
    grade = _column("grade", "Grade", definition="What the grading scale makes of the score.")
    rows = tuple((*row, grade) for row, grade in zip(table.rows, results.grades, strict=True))
    return Table(name=table.name, title=table.title, columns=(*table.columns, grade), rows=rows)


def _grade_table(grades: Sequence[str]) -> Table:
    """Return how often each grade was given, in the order of the alphabet, which is the order of most scales."""
    counts = Counter(grades)
    return Table(
        name="grades",
        title="Grades",
        columns=(
            _column("grade", "Grade"),
            _column("count", "Candidates", Kind.COUNT),
            _column("proportion", "Share", Kind.PROPORTION),
        ),
        rows=tuple((grade or "none", counts[grade], counts[grade] / len(grades)) for grade in sorted(counts)),
    )


_OPTIONAL = {"name", "email", "attempt", "provisional"}


def _used_fields(candidates: Sequence[Candidate]) -> list[Field[Candidate]]:
    """Return the fields without those that say nothing about anybody."""
    return [
        field
        for field in CANDIDATE_FIELDS
        if field.column.name not in _OPTIONAL or any(field.value(candidate) for candidate in candidates)
    ]


def _matrix(results: Results, candidates: Sequence[Candidate]) -> ResponseMatrix:
    marks: dict[int, Mark] = {}  # judgements are shared: a class of 20,000 has a few hundred

    def mark(judgement: Judgement) -> Mark:
        known = marks.get(id(judgement))
        if known is None:
            known = marks[id(judgement)] = Mark(judgement.response or "", _verdict(judgement))
        return known

    items = subjects(results)
    return ResponseMatrix(
        name="responses",
        title="Who gave which response",
        numbers=tuple(subject.statistics.number for subject in items),
        keys=tuple(str(_value(ITEM_FIELDS, "key", subject)) for subject in items),
        rows=tuple(
            (person.id, person.name, tuple(mark(judgement) for judgement in person.items)) for person in candidates
        ),
    )


def _verdict(judgement: Judgement) -> Verdict:
    if judgement.status is Status.NOT_GIVEN:
        return Verdict.NOT_GIVEN
    if judgement.credit is None:
        return Verdict.NOT_GRADED
    if judgement.status in {Status.OMITTED, Status.NOT_REACHED}:
        return Verdict.OMITTED
    if judgement.credit >= 1:
        return Verdict.RIGHT
    return Verdict.PARTIAL if judgement.credit > 0 else Verdict.WRONG


# --- findings and definitions -------------------------------------------------------------------------------------


def _all_findings(found: Sequence[Diagnostic]) -> Findings:
    order = sorted(found, key=lambda finding: -finding.severity)
    return Findings(name="findings", title="All findings, the gravest first", findings=tuple(order))


_GROUPS: tuple[
    tuple[str, Sequence[Field[TestStatistics] | Field[Subject] | Field[ChoiceStatistics] | Field[Candidate]]], ...
] = (
    ("Test", TEST_FIELDS),
    ("Question", (*ITEM_FIELDS, *FURTHER_ITEM_FIELDS)),
    ("Option", CHOICE_FIELDS),
    ("Candidate", (*CANDIDATE_FIELDS, *LATE_FIELDS)),
)


def _definitions() -> Table:
    return Table(
        name="definitions",
        title="Definitions",
        columns=(
            _column("of", "Of"),
            _column("title", "Number"),
            _column("definition", "Definition"),
            _column("name", "Name in CSV and JSON"),
        ),
        rows=tuple(
            (group, field.column.title, field.column.definition, field.column.name)
            for group, fields in _GROUPS
            for field in fields
        ),
    )
