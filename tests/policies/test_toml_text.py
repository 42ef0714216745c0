"""The line of every key is found, whatever the shape of the file around it."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.core import toml_text
from dunwell.core.refusal import Finding
from dunwell.core.toml_text import Table, TomlText, suggest

TEXT = '''# a comment with = and [
name = "x"
"two words" = """a
[[not a table]]
b = 1"""
[one.two]
list = [ { on = 2026-03-27, paid = "12]40" },   # a comment ]
  { on = 2026-03-28 },
]
dotted.key = 'q'
[[step]]
name = "first"
[[step]]
name = "second"
[step.more]
deep = [[1, 2],
  [3]]
'''


def read(text: str) -> TomlText:
    found = toml_text.read(text, "file.toml")
    assert isinstance(found, TomlText)
    return found


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("two words",), 3),
        (("one", "two"), 6),
        (("one", "two", "list", 0, "paid"), 7),
        (("one", "two", "list", 1, "on"), 8),
        (("one", "two", "dotted", "key"), 10),
        (("step", 0, "name"), 12),
        (("step", 1), 13),
        (("step", 1, "more", "deep", 1), 17),
        (("step", 1, "absent"), 13),
        (("absent",), 1),
    ],
)
def test_a_key_or_its_nearest_table_has_a_line(path: tuple[str | int, ...], line: int) -> None:
    assert read(TEXT).line(path) == line


@pytest.mark.parametrize(("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\n[b\n", 2), ('a = """x\ny', 2)])
def test_broken_syntax_is_a_finding_with_its_line(text: str, line: int) -> None:
    found = toml_text.read(text, "file.toml")
    assert isinstance(found, Finding)
    assert (found.code, found.file, found.line) == ("toml_syntax", "file.toml", line)
    assert found.remedy


scalars = st.one_of(
    st.integers(-99, 99).map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.dates().map(str),
    st.sampled_from(['"a # b"', "'c]d'", '"""e\n}f"""', '"\\""', "''", '""""g"" h"""']),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ",\n # c ]\n".join(items) + "]"),
        st.lists(inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + "}"
        ),
    ),
    max_leaves=5,
)
tables = st.lists(st.lists(values, max_size=4), max_size=4)


@given(tables)
def test_every_value_of_a_file_has_a_line_and_the_key_stands_on_it(rows: list[list[str]]) -> None:
    text = "\n".join("[[row]]\n" + "\n".join(f"key{n} = {value}" for n, value in enumerate(row)) for row in rows)
    found = read(text)
    for number, row in enumerate(tomllib.loads(text).get("row", [])):
        assert text.splitlines()[found.lines[("row", number)] - 1] == "[[row]]"
        for path in _paths(row, ("row", number)):
            assert path in found.lines
            if isinstance(path[-1], str):
                assert f"{path[-1]} =" in text.splitlines()[found.lines[path] - 1]


def _paths(value: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [deeper for key, item in inner for deeper in ((*path, key), *_paths(item, (*path, key)))]


def test_an_unknown_key_names_the_nearest_one() -> None:
    table = Table.root(read('nmae = "x"\n'))
    table.text("name", "")
    table.finish()
    assert [(finding.code, finding.line, finding.remedy) for finding in table.findings] == [
        ("unknown_key", 1, "Did you mean 'name'?")
    ]


def test_a_word_like_none_of_the_known_lists_them() -> None:
    assert suggest("xyz", ("email", "sms")) == "Known: email, sms."


def test_true_is_not_a_whole_number_and_a_time_is_not_a_date() -> None:
    table = Table.root(read("count = true\nday = 2026-03-01T10:00:00\n"))
    table.whole("count")
    table.day("day")
    assert [finding.code for finding in table.findings] == ["wrong_type", "wrong_type"]
