"""YAML that is checked: each fault with file, line and what would be right, in Chinese, and never another exception."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.yaml_data import MAX_BYTES, DataError, load_yaml, read_yaml


def said(path, text: str | bytes, read=read_yaml) -> str:
    path = path / "数据.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError) as caught:
        read(path)
    assert re.match(r"数据\.yaml 第\d+行：.*[\u4e00-\u9fff]", str(caught.value))
    return str(caught.value).removeprefix("数据.yaml ")


@pytest.mark.parametrize("read", [read_yaml, load_yaml])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "第3行：“a”写了两次"),
        ("- x:\n    y: 1\n    y: 2\n", "第3行：“y”写了两次"),
        ("1: a\n'1': b", "第2行：“1”写了两次"),
        ("a:\n\tb: 1", "第2行：YAML 格式不对：缩进用了制表符，或者以 @、`、% 开头；缩进应为空格，文字应加引号"),
        ("a: b: c", "第1行：YAML 格式不对：多了一个冒号，或者缩进不对；含冒号的文字应加引号"),
        ("a: [1, 2\nb: 3", "第2行：YAML 格式不对：括号、引号或者缩进不配对"),
        ("a: 1\n---\nb: 2", "第2行：YAML 格式不对：一个文件只能有一份数据，删去多余的“---”"),
        ("a: !!python/object:os.system x", "第1行：YAML 格式不对：不能用 ! 开头的类型标记"),
        ("? [a]\n: b", "第1行：YAML 格式不对：冒号前面应为文字"),
        ("a: &x [*x]", "第1行：不用别名（& 和 *），请写出全文；文字以 & 或者 * 开头的应加引号"),
        ("a: 1\nb: &x 2", "第2行：不用别名（& 和 *），请写出全文；文字以 & 或者 * 开头的应加引号"),
        ("a: 1\nb: \x01", "第2行：有不能用的控制字符"),
        ("[" * 20_000 + "]" * 20_000, "第1行：嵌套太深，不超过 50 层"),
        ("\n".join(" " * depth + "a:" for depth in range(300)), "第51行：嵌套太深，不超过 50 层"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path, text, message, read):
    assert said(tmp_path, text, read) == message


@pytest.mark.parametrize("value", ["2022-13-45", "9" * 5000])
def test_an_impossible_date_or_number_is_named_where_values_are_read_as_such(tmp_path, value):
    assert said(tmp_path, f"x: 1\na: {value}") == f"第2行：“{value[:20]}”不是有效的日期或者数字，文字应加引号"


def test_a_bomb_of_aliases_is_refused_at_once(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "不用别名" in said(tmp_path, "\n".join(lines), load_yaml)


def test_a_file_in_another_encoding_too_large_or_missing_is_refused(tmp_path):
    assert said(tmp_path, "a: 1\nb: 文字".encode("gb18030")) == "第2行：应为 UTF-8 编码"
    assert said(tmp_path, b"#" * (MAX_BYTES + 1)) == "第1行：文件太大，不超过 5 MB"
    with pytest.raises(DataError, match="读不了这个文件"):
        read_yaml(tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    ("text", "ask", "message"),
    [
        ("- a\n- b", lambda node: node.field("x"), "第1行：应为“x: …”形式"),
        ("a: 1", lambda node: list(node.items()), "第1行：应为列表，每项以“- ”开头"),
        ("a: 1\nb:", lambda node: node.text("b"), "第2行：缺少“b”，应为文字"),
        ("a: 1", lambda node: node.text("b"), "第1行：缺少“b”，应为文字"),
        ("x: 1\na:\n  - b", lambda node: node.optional("a"), "第3行：应为文字"),
        ("x: 1\na:\n  - [b]", lambda node: node.texts("a"), "第3行：应为文字"),
        ("a:\n  - ok\n  -", lambda node: node.texts("a"), "第3行：应为文字"),
        ("a: b", lambda node: node.texts("a"), "第1行：应为列表，每项以“- ”开头"),
    ],
)
def test_a_value_of_the_wrong_shape_is_named_with_its_line(tmp_path, text, ask, message):
    assert said(tmp_path, text, lambda path: ask(load_yaml(path))) == message


def test_good_data_are_read_with_their_lines(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("\ufeffa: 甲\nb: null\nc: [乙, 3]\nd:\n  e: 2022-06-29\n", encoding="utf-8")
    node = load_yaml(path)
    assert (node.text("a"), node.optional("b"), node.optional("x"), node.texts("c")) == ("甲", None, None, ("乙", "3"))
    inner = node.field("d")
    assert inner is not None
    assert (inner.line, inner.text("e"), inner.texts("y")) == (5, "2022-06-29", ())
    path.write_text("", encoding="utf-8")
    assert (read_yaml(path), load_yaml(path).value) == (None, None)


PIECES = [
    "a",
    ":",
    ": ",
    "- ",
    "\n",
    "  ",
    "\t",
    "[",
    "]",
    "{",
    "}",
    "&a",
    "*a",
    "!!int",
    "'",
    '"',
    "|",
    ">",
    "?",
    "---",
    "#",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.lists(st.sampled_from([*PIECES, "2022-1-1", "1e9", "<<", "文"])).map("".join), st.text()))
def test_no_text_makes_another_exception(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for read in (read_yaml, load_yaml):
        try:
            read(path)
        except DataError as error:
            message = str(error)
        else:
            message = "a.yaml 第1行：好"
        assert re.match(r"a\.yaml 第\d+行：.*[\u4e00-\u9fff]", message)
