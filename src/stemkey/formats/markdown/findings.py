"""What can be said about a Markdown quiz: one rule for each kind of finding."""

from stemkey.diagnostics import Severity, Text, rule


@rule("R101", Severity.ERROR)
def key_for_no_question(number: str, near: str | None) -> Text:
    """The answer key has an entry for a number that no question has.

    Either the question was lost (a typo in its number, a missing blank line), or the key's number is wrong; both
    would grade somebody wrongly. Example: `**11. B) …**` in a quiz of ten questions.
    """
    hint = f"number it {near}, or" if near else "give it the number of a question, or"
    return Text(f"the key has an entry for question {number}, but there is no question {number}", f"{hint} remove it")


@rule("R102", Severity.ERROR)
def key_letter_not_an_option(letter: str, letters: str) -> Text:
    """The key names a letter that no option of the question has, so nobody could answer it right.

    Example: `**3. E)**` where the options are A to D.
    """
    return Text(
        f"the key is '{letter}', but the options are {letters}", f"use one of {letters}, or add option {letter}"
    )


@rule("R103", Severity.ERROR)
def key_letter_and_text_disagree(letter: str, text: str, option: str, other: str | None) -> Text:
    """The key gives a letter and a text, and the text is not that option's.

    One of the two is wrong, and only the author knows which; grading by either would be a guess.
    Example: `**2. B) Paris**` where option B is "Rome" and option C is "Paris".
    """
    if other:
        return Text(
            f"the key is {letter}, but its text '{text}' is option {other}'s",
            f"change the letter to {other}, or the text to '{option}'",
        )
    return Text(
        f"the key is {letter}, but its text '{text}' is no option's",
        f"change the text to '{option}', or leave the text out",
    )


@rule("R104", Severity.WARNING)
def key_text_differs(letter: str, text: str, option: str) -> Text:
    """The key's text is almost, but not exactly, the text of the option it names: cut short, or with a typo.

    The letter is used. Somebody may have corrected one of the two places and forgotten the other.
    """
    return Text(f"the key's text for {letter} reads '{text}', the option reads '{option}'", "make the two texts equal")


@rule("R105", Severity.ERROR)
def question_without_options(number: str) -> Text:
    """A question has no options, no key and no type that says how it is answered.

    Usually its options are not written as options (`A) …` at the beginning of a line). If it is meant to be
    answered freely, say so under it: `<!-- type: essay -->`.
    """
    return Text(
        f"question {number} has no options",
        "write them as '- A) …', or put '<!-- type: essay -->' under a question that is answered freely",
    )


@rule("R106", Severity.WARNING)
def option_letter_skipped(missing: str, letter: str) -> Text:
    """The letters of a question's options leave one out: A, B, D.

    A line may have been lost, or its letter mistyped. The letters are used as they are written.
    """
    return Text(
        f"option {letter} follows where {missing} is expected", f"add option {missing}, or reletter the options"
    )


@rule("R107", Severity.ERROR)
def option_letter_repeated(letter: str) -> Text:
    """Two options of one question have the same letter, so the key does not say which of them is right.

    The second one is kept under another letter, so that the rest of the question can be checked.
    """
    return Text(f"two options have the letter {letter}", "give each option a letter of its own")


@rule("R108", Severity.WARNING)
def text_belongs_to_nothing(text: str, lines: int) -> Text:
    """A paragraph stands where neither a question nor an option nor an explanation can take it up.

    It is not in the quiz that was read. Usually it is the continuation of an option or an explanation that is not
    indented, or a remark; a remark may be written as a comment: `<!-- … -->`.
    """
    more = f" and {lines - 1} more line{'s' if lines > 2 else ''}" if lines > 1 else ""
    return Text(
        f"'{text}'{more} belong{'s' if lines == 1 else ''} to no question, option or explanation",
        "indent it under what it belongs to, or make it a comment",
    )


@rule("R109", Severity.WARNING)
def number_repeated(number: str, name: str) -> Text:
    """Two questions have the same number; the second one is called differently, so that both can be told apart.

    Keys are taken in order: the first entry with the number belongs to the first question.
    """
    return Text(f"there is a question {number} already; this one is called {name}", "number the questions differently")


@rule("R110", Severity.INFO)
def numbering_starts_again(section: str, first: str, name: str) -> Text:
    """A section numbers its questions from the start again, so its questions get longer names.

    The names are what findings, sheets and reports call the questions by; keys are taken in the order of the sections.
    """
    where = f"section '{section}'" if section else "a further section"
    return Text(f"{where} numbers its questions again; its question {first} is called {name}")


@rule("R111", Severity.WARNING)
def key_given_twice(number: str) -> Text:
    """A question has more than one entry in the key; the first one counts.

    Where the two differ, only the author knows which one is right.
    """
    return Text(f"question {number} has another key already, which counts", "remove one of the two")


@rule("R112", Severity.ERROR)
def image_missing(path: str, reason: str) -> Text:
    """An image that the quiz shows cannot be read, so candidates would see a broken picture.

    Paths are relative to the quiz file.
    """
    return Text(f"the image '{path}' {reason}", "put the file there, or correct the path")


@rule("R113", Severity.WARNING)
def image_remote(address: str) -> Text:
    """An image is fetched from the web each time a candidate opens the question.

    It may be gone by then, or blocked by the LMS. Stemkey does not download it.
    """
    return Text(f"the image '{address}' stays on the web", "save it beside the quiz and name it by its path")


@rule("R114", Severity.WARNING)
def setting_unknown(name: str, near: str | None, known: str) -> Text:
    """The front matter or a question's settings have a name that stemkey does not know; it has no effect.

    A mistyped name would otherwise be a setting that silently does nothing.
    """
    return Text(f"there is no setting '{name}'", f"did you mean '{near}'?" if near else f"known settings: {known}")


@rule("R115", Severity.ERROR)
def setting_unreadable(name: str, value: str, expected: str) -> Text:
    """A setting has a value that cannot be read. Example: `points: two`."""
    return Text(f"the setting '{name}' is '{value}'", f"write {expected}")


@rule("R116", Severity.ERROR)
def front_matter_unreadable(reason: str) -> Text:
    """The lines between the first `---` and the next are not YAML, so none of the quiz's settings is known.

    Most often a value holds `: ` or begins with a quotation mark. Example: `title: "Week 3: caches"`.
    """
    return Text(f"the front matter is not YAML: {reason}", "write 'name: value' lines; put a value with ': ' in quotes")


@rule("R117", Severity.ERROR)
def question_id_repeated(identifier: str) -> Text:
    """Two questions have the same id, by which LMSs recognise them.

    A Moodle import drops the second one's id, Canvas keeps only one of the two questions.
    """
    return Text(f"another question has the id '{identifier}'", "give each question an id of its own")


@rule("R118", Severity.WARNING)
def section_without_questions(title: str, first: int, last: int) -> Text:
    """A heading is followed by text, but by no question; the text is not in the quiz that was read.

    If it should be asked, its questions may be written in a way that is not recognised.
    """
    return Text(
        f"'{title}' (lines {first} to {last}) holds no question and is left out",
        "number its questions ('1. …'), or keep the quiz in a file of its own",
    )


@rule("R119", Severity.ERROR)
def credit_unreadable(text: str) -> Text:
    """What stands in brackets behind a letter of the key is no share of the points. Example: `**3. B (half)**`."""
    return Text(f"'{text}' is no share of the points", "write it as '50 %' or '1/2'")


@rule("R120", Severity.INFO)
def heading_is_not_the_title(heading: str, title: str) -> Text:
    """The front matter gives the quiz a title, and its first heading another; the front matter's is used.

    Remove one of the two, or make them equal, so that nobody wonders.
    """
    return Text(f"the quiz is called '{title}' by its front matter; the heading '{heading}' is not used")


@rule("R121", Severity.ERROR)
def answer_not_a_number(text: str) -> Text:
    """A numeric question has an accepted answer that is no number.

    Numbers are written `9.81`, `9.81 ± 0.01`, `9.81 ± 2 %`, `3.1 .. 3.2` or `9.81 to 3 significant digits`, with a
    full stop before the decimals.
    """
    return Text(f"'{text}' is no number that a numeric question accepts", "write it as 9.81, 9.81 ± 0.01 or 3.1 .. 3.2")


@rule("R122", Severity.ERROR)
def pair_leads_nowhere(letter: str, target: str) -> Text:
    """The key of a matching or ordering question does not say where one of its options belongs.

    Example: `**5. A → 2, B → 1**` for a matching question, `**6. B, A, C**` for an ordering one.
    """
    if target:
        return Text(
            f"the key matches {letter} with {target}, which there is none of", "use the number of one of the targets"
        )
    return Text(f"the key does not say where {letter} belongs", "name every option of the question in its key")


@rule("R123", Severity.ERROR)
def gap_without_answer(gap: str) -> Text:
    """The key has an answer for a gap that the question does not have, or a gap has no answer.

    A gap is written `[[1]]` in the question, its answer `- [[1]] = Paris` in the key.
    """
    return Text(f"the question has no gap [[{gap}]], but the key answers it", "use one name in both places")


@rule("R124", Severity.ERROR)
def interactions_unreadable() -> Text:
    """A question holds data that stemkey wrote for what Markdown has no words for, and it was changed.

    Convert the question again from where it came from, or write it by hand in another way.
    """
    return Text("the setting 'interactions' is not what stemkey wrote", "convert the question again")


@rule("R130", Severity.WARNING)
def layouts_compete(layout: str, count: int, rivals: str) -> Text:
    """The file's questions can be read in more than one way, and the ways find different questions.

    One layout is taken: the one that finds most questions with options. `-O layout=NAME` settles it, and
    docs/markdown.md describes the layouts.
    """
    return Text(
        f"the layout '{layout}' finds {count} questions, but there are {rivals}",
        "say which one is meant with -O layout=NAME, or write all questions in one way",
    )


@rule("R131", Severity.INFO)
def free_answer_kept(number: str) -> Text:
    """A question has no options, and its answer is a text: it is read as an essay, the answer as its explanation.

    People would have to grade it. For a short answer that is compared, write `<!-- type: short answer -->` under it.
    """
    return Text(f"question {number} is answered freely; its answer is kept as an explanation")


@rule("R132", Severity.ERROR)
def key_file_unreadable(name: str) -> Text:
    """The file given with `-O key=FILE` does not exist, or holds no entry of an answer key.

    An entry is a question's number and its letters: `1. B`, `**Q1 — Correct: B**`, a row of a table.
    """
    return Text(f"the key file '{name}' holds no answer key", "give the path of the file that holds the key")


@rule("R133", Severity.WARNING)
def image_not_looked_for(path: str) -> Text:
    """The quiz was given as a text that lies in no folder, so the images that it names cannot be found.

    Give the file by its path instead; images are looked for beside it.
    """
    return Text(f"the image '{path}' cannot be looked for, because the quiz comes from no folder")


@rule("R134", Severity.WARNING)
def code_never_ends(fence: str) -> Text:
    """A code block is opened and never closed, or closed twice.

    With a language behind it, everything to the end of the file is code, as Markdown has it, and no question is read
    in it. A bare fence is left out: it most likely ends a block around another block. A block that shows a fence needs a
    longer one around it, four backticks instead of three.
    """
    return Text(
        f"nothing closes the code block that '{fence}' opens", "close it, or give the block around it four backticks"
    )


@rule("R135", Severity.WARNING)
def words_nowhere(text: str, lines: int) -> Text:
    """A line of the file has words that are nowhere in the quiz that was read, and nothing else said so.

    The file is written in a way that stemkey does not know. Make the line a part of a question, an option or an
    explanation (docs/markdown.md shows how they are written), or a comment: `<!-- … -->`.
    """
    more = f" and {lines - 1} more line{'s' if lines > 2 else ''}" if lines > 1 else ""
    return Text(
        f"'{text}'{more} {'is' if lines == 1 else 'are'} not in the quiz that was read",
        "put it where a question, an option or an explanation has it, or make it a comment",
    )


@rule("R136", Severity.INFO)
def jumps_left_out(text: str, count: int) -> Text:
    """Lines of the file only lead to another place in it, such as `[Back to top](#top)`, and are left out.

    In an LMS each question stands alone, and the link would lead nowhere.
    """
    lines = f"{count} lines such as '{text}' lead" if count > 1 else f"'{text}' leads"
    return Text(f"{lines} only to another place in the file, and {'are' if count > 1 else 'is'} left out")


@rule("R137", Severity.ERROR)
def key_and_mark_disagree(key: str, marked: str) -> Text:
    """The key of a question names other options than those that are marked as right where they stand.

    Marked is a ticked box, a ✓ or an option in bold among plain ones. The key is used; which of the two is right,
    only the author knows.
    """
    return Text(f"the key is {key}, but {marked} is marked as right", "correct the one that is wrong")


@rule("R138", Severity.WARNING)
def keys_by_writing(way: str, count: int) -> Text:
    """No key names the right options; in nearly every question some are written in another way than their neighbours.

    They are taken as the right ones, and candidates see them like the others. Tick them (`- [x]`) or write an answer key if
    that is not what is meant.
    """
    return Text(f"the right options of {count} questions are taken to be those written {way}")
