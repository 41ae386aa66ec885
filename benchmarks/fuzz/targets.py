"""What is fuzzed: every reader of foreign input, with what it may raise, its seeds and its share of the inputs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telegram import Bot

from bot.channels.telegram import TelegramReceiver
from bot.importing import Details, read_file
from handlers import understanding
from handlers.messages import Choice, Part, Reply, cut_at_sentences, parts_of
from knowledge.credit_code import check_credit_code
from knowledge.days import read_day
from knowledge.deadlines import deadline_of, find_deadline
from knowledge.documents import parse_document
from knowledge.evidence_files import RefusedEvidence, examine
from knowledge.exif import read_exif
from knowledge.files import read_lines, read_sheets
from knowledge.findings import RefusedFile
from knowledge.firm_names import Firm, FirmIndex
from knowledge.inspection import read_message
from knowledge.list_ranges import spans_of
from knowledge.lists import parse_list
from knowledge.numerals import read_amount
from knowledge.papers.faults import BadTemplate
from knowledge.papers.kinds import shipped_papers
from knowledge.papers.package import BadPackage, open_package
from knowledge.papers.templates import read_template
from knowledge.personal import personal_in
from knowledge.picture_views import NoView, as_jpeg
from knowledge.pledges.drawing import check_drawing
from knowledge.procedure.phrases import blanks
from knowledge.quantities import find_quantities, one_number
from knowledge.registry import read_registry
from knowledge.shipped import DATA, matcher_for, shipped_library
from knowledge.spans import read_span
from knowledge.text import comparable, repair_line, strip_bookmarks, strip_control
from knowledge.workdays import CHINA
from knowledge.yaml_data import DataError, load_yaml, read_yaml
from tests.knowledge import evidence_makers, makers

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=CHINA)
TODAY = NOW.date()


@dataclass(frozen=True, slots=True)
class Target:
    """A reader: ``run`` takes a text or bytes; ``refuses`` is what it may raise; of each thousand inputs it gets ``share``."""

    name: str
    run: Callable[[Any], object]
    seeds: Sequence[Any]
    share: int
    refuses: tuple[type[Exception], ...] = ()


def targets(folder: Path) -> list[Target]:
    """All targets; files are written below ``folder``."""
    return [*_texts(), *_files(folder), *_channels()]


def _texts() -> list[Target]:
    said = _said()
    firms = FirmIndex([Firm(str(n), f"示例{name}有限公司", f"示例路{n}号") for n, name in enumerate("甲乙丙丁香满楼")])
    library = shipped_library()
    matcher = matcher_for(library)

    def texts(text: str) -> None:
        for read in (strip_control, strip_bookmarks, comparable, repair_line, understanding.clean, blanks):
            read(text)

    def understood(text: str) -> None:
        understanding.edit_number(text)
        understanding.has_words(text)
        understanding.number_of(text)
        understanding.term_asked(text)
        understanding.looks_like_question(text)
        understanding.is_greeting(text)
        understanding.is_thanks(text)
        understanding.for_the_office(text)
        understanding.past_day(text, TODAY)

    def worded(text: str) -> None:
        cut_at_sentences(text, 60)
        reply = Reply.of(("lead", text), ("list", text), choices=[Choice(text[:8] or "。", {"do": "menu"})])
        for part in parts_of(reply, [("token", choice.label) for choice in reply.choices]):
            assert Part.from_json(json.loads(json.dumps(part.to_json()))) == part

    return [
        Target("deadlines", lambda text: (find_deadline(text, NOW), deadline_of(text, NOW)), said, 60),
        Target("inspection messages", lambda text: read_message(text, NOW, firms), said, 60),
        Target("firm mentions", lambda text: (firms.search(text), firms.settle(text), firms.places_in(text)), said, 50),
        Target("questions", lambda text: matcher.search(text, day=TODAY, jurisdiction="420704"), said, 60),
        Target(
            "quantities",
            lambda text: (find_quantities(text), one_number(text, "person"), one_number(text, "yuan")),
            said,
            60,
        ),
        Target("numerals", read_amount, said, 50),
        Target("spans of time", lambda text: read_span(text, TODAY), said, 50),
        Target("days", lambda text: (read_day(text, TODAY), read_day(text, TODAY, future_ok=True)), said, 50),
        Target("ranges of discretion", spans_of, said, 40),
        Target("credit codes", check_credit_code, said, 50),
        Target("personal data", lambda text: personal_in(text, ["示例甲"]), said, 40),
        Target("texts", texts, said, 40),
        Target("understanding", understood, said, 50),
        Target("replies", worded, said, 40),
        Target("documents", lambda text: parse_document(text.split("\n"), makers.source("a.txt")), _documents(), 20),
    ]


def _files(folder: Path) -> list[Target]:
    def written(ending: str, read: Callable[[Path], object]) -> Callable[[bytes | str], object]:
        path = folder / f"input.{ending}"

        def run(content: bytes | str) -> object:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return read(path)

        return run

    def listed(path: Path) -> object:
        return parse_list(read_sheets(path), makers.source(path))

    word, sheet, pdf = _lists(folder)
    yamls = [path.read_text("utf-8")[:4_000] for path in sorted(DATA.rglob("*.yaml"))][:20]
    registry = (folder / "registry.csv").read_bytes()
    kind = shipped_papers().kinds["order"]
    template = (DATA / "papers" / kind.file).read_bytes()
    pictures = {
        "jpeg": [evidence_makers.jpeg(evidence_makers.exif(place=True)), evidence_makers.jpeg()],
        "png": [evidence_makers.png(evidence_makers.exif()), evidence_makers.png()],
        "webp": [evidence_makers.webp(evidence_makers.exif())],
        "heic": [evidence_makers.heic(evidence_makers.exif(place=True)), evidence_makers.heic()],
    }
    office = [evidence_makers.pdf(), evidence_makers.word(), evidence_makers.sheet()]
    evidence = [one for seeds in pictures.values() for one in seeds] + office

    def views(mime: str) -> Callable[[bytes], object]:
        return lambda content: as_jpeg(content, mime)

    file, evil = (RefusedFile,), (RefusedEvidence,)
    return [
        Target("evidence", lambda content: examine(content, "名字.jpg"), evidence, 60, evil),
        Target("evidence with position", lambda content: examine(content, "a", keep_position=True), evidence, 20, evil),
        Target("Exif", read_exif, [evidence_makers.exif(place=True), evidence_makers.exif()], 30, evil),
        Target("signatures", check_drawing, pictures["png"], 15, evil),
        Target(
            "views of JPEG, PNG, WebP",
            views("image/jpeg"),
            [*pictures["jpeg"], *pictures["png"], *pictures["webp"]],
            15,
            (NoView,),
        ),
        Target("views of HEIC", views("image/heic"), pictures["heic"], 5, (NoView,)),
        Target("YAML, plain", written("yaml", read_yaml), yamls, 10, (DataError,)),
        Target("YAML, with lines", written("yaml", load_yaml), yamls, 5, (DataError,)),
        Target("lists in csv", written("csv", listed), [(folder / "list.csv").read_bytes()], 15, file),
        Target("lists in xlsx", written("xlsx", listed), [sheet], 8, file),
        Target("lists in docx", written("docx", listed), [word], 8, file),
        Target("lists in pdf", written("pdf", listed), [pdf], 2, file),
        Target("documents in docx", written("docx", read_lines), [word], 8, file),
        Target("documents in pdf", written("pdf", read_lines), [pdf], 3, file),
        Target(
            "documents in txt",
            written("txt", lambda path: read_file(path, Details(kind="document"))),
            [d.encode() for d in _documents()],
            5,
            file,
        ),
        Target("registers in csv", written("csv", lambda path: read_registry(path, TODAY)), [registry], 15, file),
        Target(
            "templates",
            lambda content: read_template(kind, content, shipped_papers(), is_own=True),
            [template],
            4,
            (BadTemplate,),
        ),
        Target("packages", open_package, [template, word], 8, (BadPackage,)),
    ]


def _channels() -> list[Target]:
    receiver = TelegramReceiver(Bot("1:a"), None, lambda: NOW)  # type: ignore[arg-type]
    chat = {"id": 7, "type": "private", "first_name": "示例"}
    message = {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": chat | {"is_bot": False}}
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    updates = [
        {"update_id": 1, "message": message | {"text": "你好"}},
        {"update_id": 2, "message": message | {"photo": photo, "caption": "照片", "media_group_id": "1"}},
        {"update_id": 3, "message": message | {"location": {"latitude": 30.1, "longitude": 114.2}}},
        {
            "update_id": 4,
            "callback_query": {"id": "1", "from": chat, "chat_instance": "1", "data": "x", "message": message},
        },
    ]
    return [Target("Telegram updates", receiver._update_of, [json.dumps(one).encode() for one in updates], 20)]


def _said() -> list[str]:
    """Things that people type."""
    return [
        "香满楼餐馆 后厨没公示健康证 轻微 限3个工作日",
        "限三日内改正，11月30日前提交", "下周三上午九点前", "2026年2月30日", "本月底", "十五个工作日内", "半年以内", "第三季度",
        "上个月到本月", "2025年1月1日至2026年3月", "二百五十三人", "一千零一万五千元", "3万到5万", "约二十来人", "注册资本1.2亿",
        "货架上忘了贴价签，会罚吗", "我家超市卖了过期食品，第一次，已经下架了怎么办", "罚款能不能分期", "92420704MA0000001P",
        "91420704MA0000002T 示例公司", "处一万元以上三万元以下罚款", "处货值金额五倍以上十倍以下的罚款", "按照减轻幅度的30%至50%",
        "电话13812345678，身份证11010119900101123X，邮箱 a@b.cn", "改第3项", "第一个", "什么是四新企业", "查看依据", "〔谁〕把〔什么〕改好",
    ]  # fmt: skip


def _documents() -> list[str]:
    return [path.read_text("utf-8")[:3_000] for path in sorted((DATA / "policies").glob("*.txt"))]


def _lists(folder: Path) -> tuple[bytes, bytes, bytes]:
    """A list as docx, xlsx and pdf; beside them a csv and a register."""
    rows = makers.table(makers.row(), makers.row(事项名称="第二件事"))
    wide = [row + [""] * (len(rows[2]) - len(row)) for row in rows]
    makers.write_csv(folder / "list.csv", rows)
    makers.write_docx(folder / "list.docx", ["不予处罚事项清单", wide[2:], "一、总则", "（一）内容。"])
    makers.write_xlsx(folder / "list.xlsx", {"清单": wide}, merges=["A1:C1"])
    makers.write_pdf_table(folder / "list.pdf", ["一、总则", "（一）内容。"], wide[2:])
    head = ["企业名称", "统一社会信用代码", "行政区划", "行业代码", "行业", "地址", "成立日期"]
    firm = ["示例餐馆", "92420704MA0000001P", "420704", "6210", "正餐服务", "示例路1号", "2019-04-12"]
    makers.write_csv(folder / "registry.csv", [head, firm, firm])
    names = ("list.docx", "list.xlsx", "list.pdf")
    return tuple((folder / name).read_bytes() for name in names)  # type: ignore[return-value]
