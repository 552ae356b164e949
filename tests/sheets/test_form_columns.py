"""Which form of a paper test somebody had may stand in a column of any export in which letters are answers."""

from pathlib import Path

import pytest

from stemkey.grading import GradeOptions, grade_class

QUIZ = """# Capitals

1. **What is the capital of France?**
   - A) Paris
   - B) Lyon
   - C) Marseille
   - D) None of these

2. **What is the capital of Japan?**
   - A) Osaka
   - B) Tokyo
   - C) Kyoto
   - D) Nagoya

## Answer Key

**1. A)**
**2. B)**
"""
RULES = """[forms]
column = "Version"
[forms.A]
[forms.B]
questions = [2, 1]
options = {"1" = "CABD", "2" = "BADC"}
"""
# In form B the right letters are A (Tokyo, the form's first question) and B (Paris).
SHEETS = {
    "plain": "id,Version,Q1,Q2\n0001,A,A,B\n0002,B,A,B\n",
    "dressed letters": "id,Version,Q1,Q2\n0001,A,(a),Option B\n0002,b,A),b.\n",
    "numbers": "id,Version,Q1,Q2\n0001,A,1,2\n0002,B,1,2\n0003,C,3,4\n",
    "google": "Timestamp,Student ID,Version,Question 1,Question 2\n9/17/2026 9:03:41,0001,A,A,B\n"
    "9/17/2026 9:04:41,0002,B,A,B\n",
    "microsoft": "ID,Start time,Completion time,Email,Name,Student ID,Version,Points - Version,Question 1,Points - Question 1,"
    "Question 2,Points - Question 2\n1,9/17/26 9:03:41,9/17/26 9:03:41,a@x.example,Ada,0001,A,,A,1,B,1\n"
    "2,9/17/26 9:03:41,9/17/26 9:03:41,b@x.example,Bo,0002,B,,A,1,B,1\n",
    "qualtrics": "ResponseId,ExternalReference,Q0,Q1,Q2\nResponse ID,External Reference,Version,Question 1,Question 2\n"
    '"{""ImportId"":""_recordId""}","{""ImportId"":""x""}","{""ImportId"":""QID0""}","{""ImportId"":""QID1""}",'
    '"{""ImportId"":""QID2""}"\nR1,0001,A,A,B\nR2,0002,B,A,B\n',
    "surveymonkey": "Respondent ID,Collector ID,Student ID,Version,Question 1,Question 2\n,,Response,Response,Response,Response\n"
    "1,9,0001,A,A,B\n2,9,0002,B,A,B\n",
    "limesurvey": '"id. Response ID","submitdate. Date submitted","lastpage. Last page","seed. Seed","SID. Student ID",'
    '"V. Version","G1. Question 1","G2. Question 2"\n"1","2026-09-17","2","1","0001","A","A","B"\n'
    '"2","2026-09-17","2","1","0002","B","A","B"\n',
    "zipgrade": "QuizName,FirstName,LastName,StudentID,Version,Stu1,PriKey1,Points1,Mark1,Stu2,PriKey2,Points2,Mark2\n"
    "Q,Ada,Abara,0001,A,A,A,1,C,B,B,1,C\nQ,Bo,Ek,0002,B,A,A,1,C,B,B,1,C\n",
    "amc": '"Exam","A:id","Name","Version","Mark","q1","TICKED:q1","q2","TICKED:q2"\n'
    '"1","0001","Abara Ada","A","17,14","1","A","1","B"\n"2","0002","Ek Bo","B","5","0","A","1","B"\n',
    "r-exams": "registration;name;id;Version;points;mark;answer.1;solution.1;check.1;points.1;answer.2;solution.2;check.2;points.2\n"
    "0001;Ada;ada;A;2;1;1000;1000;1;1;0100;0100;1;1\n0002;Bo;bo;B;2;1;1000;1000;1;1;0100;0100;1;1\n",
    "long": "student_id,Version,question,answer\n0001,A,Q1,A\n0001,A,Q2,B\n0002,B,Q1,A\n0002,B,Q2,B\n",
    "strings": "id,Version,answers\n0001,A,AB\n0002,B,AB\n",
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_form_is_read_from_a_column_of_any_export(name: str, tmp_path: Path) -> None:
    for file, text in (("quiz.md", QUIZ), ("rules.toml", RULES), ("sheet.csv", SHEETS[name])):
        (tmp_path / file).write_text(text, encoding="utf-8")
    options = GradeOptions(reports=("csv",), rules=str(tmp_path / "rules.toml"))
    outcome = grade_class(str(tmp_path / "quiz.md"), [str(tmp_path / "sheet.csv")], tmp_path / "out", options)
    said = [finding.message for finding in outcome.diagnostics]
    assert outcome.value is not None, said
    header, *rows = (tmp_path / "out" / "students.csv").read_text(encoding="utf-8").splitlines()
    score = header.split(",").index("score")
    scores = {row.split(",")[0]: row.split(",")[score] for row in rows}
    assert scores == {"0001": "2", "0002": "2"}, said
    assert not any("'Version'" in message for message in said), "the form's column is used"
