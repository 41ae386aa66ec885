"""The same corpora and questions for our matching and for what a user could pick instead.

Every engine runs with its own defaults. A peer gets each typical question as a document of its own, folded into one
answer by its best score. Quality and times come from one process; memory from a process for each engine.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import json
import math
import re
import sqlite3
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bm25s
import jieba
import numpy as np
import psutil
import tantivy
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.ours import MEASURES, ask_ours, build_ours, ours_cross_validated
from benchmarks.surroundings import write_results
from knowledge.evaluation import Question, Scored, read_entries, read_question_set, summary
from knowledge.matching.entries import Entry
from knowledge.matching.matcher import Result
from knowledge.matching.model import Profile
from knowledge.shipped import shipped_library, shipped_profiles
from knowledge.text import comparable

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = Path("../shared/evaluation/questions.yaml")
STARD = Path("../shared/evaluation/public")
OURS = "本项目"
_DEPTH = 10
_FOLDED_DEPTH = 300  # hits asked of engines that return lists, before typical questions are folded
FUZZY_LIMIT = 2_000  # strings; beyond that fuzzy matching over everything takes seconds a question
_NOT_TEXT = re.compile(r"[^\w]+")

Ranker = Callable[[str], list[int]]
Floats = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Entries and questions. ``profile`` names the constants ours uses; with ``folds`` it is cross-validated."""

    key: str
    title: str
    entries: tuple[Entry, ...]
    questions: tuple[Question, ...]
    profile: str
    folds: int = 0


@dataclass(frozen=True, slots=True)
class Documents:
    """The strings a peer indexes. ``owners`` are the entry numbers, in ascending order."""

    texts: list[str]
    owners: Floats
    size: int

    @property
    def depth(self) -> int:
        return _DEPTH if len(self.texts) == self.size else _FOLDED_DEPTH

    def best(self, scores: Floats) -> list[int]:
        """The entries with the highest scores, each by its best string."""
        folded = np.maximum.reduceat(scores, np.searchsorted(self.owners, np.arange(self.size)))
        top = np.argsort(-folded, kind="stable")[:_DEPTH]
        return [int(row) for row in top if folded[row] > 0]

    def first(self, hits: Iterable[int]) -> list[int]:
        """The entries of a ranked list of strings, each at its best place."""
        found: dict[int, None] = {}
        for hit in hits:
            found.setdefault(int(self.owners[hit]))
            if len(found) == _DEPTH:
                break
        return list(found)


def documents_of(entries: Sequence[Entry]) -> Documents:
    texts: list[str] = []
    owners: list[int] = []
    for row, entry in enumerate(entries):
        own = [f"{entry.title}\n{entry.body}", *entry.aliases]
        texts += [plain(text) for text in own]
        owners += [row] * len(own)
    return Documents(texts, np.asarray(owners), len(entries))


def plain(text: str) -> str:
    """Half-width and lower-case, for every peer alike."""
    return unicodedata.normalize("NFKC", text).lower()


def pieces(text: str) -> list[str]:
    return [piece for piece in _NOT_TEXT.split(text) if piece]


def single_and_pairs(text: str) -> list[str]:
    return [term for piece in pieces(text) for term in (*piece, *pairs_of(piece))]


def only_pairs(text: str) -> list[str]:
    return [term for piece in pieces(text) for term in pairs_of(piece) or [piece]]


def pairs_of(piece: str) -> list[str]:
    return [piece[i : i + 2] for i in range(len(piece) - 1)]


def jieba_words() -> Callable[[str], list[str]]:
    """A cutter with a tokenizer of its own, so that loading the dictionary counts for each engine that needs it."""
    jieba.setLogLevel("ERROR")
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return lambda text: [word for piece in pieces(text) for word in tokenizer.lcut(piece)]


def bm25s_over(documents: Documents, cut: Callable[[str], list[str]]) -> Ranker:
    engine = bm25s.BM25()
    engine.index([cut(text) for text in documents.texts], show_progress=False)

    def rank(question: str) -> list[int]:
        known = [word for word in cut(plain(question)) if word in engine.vocab_dict]
        return documents.best(engine.get_scores(known)) if known else []

    return rank


def tantivy_over(documents: Documents, cut: Callable[[str], list[str]]) -> Ranker:
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("text", tokenizer_name="whitespace", index_option="freq")
        .add_integer_field("number", stored=True)
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=64_000_000, num_threads=1)
    for number, text in enumerate(documents.texts):
        writer.add_document(tantivy.Document(text=" ".join(cut(text)), number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def rank(question: str) -> list[int]:
        terms = " ".join(cut(plain(question)))
        if not terms:
            return []
        hits = searcher.search(index.parse_query(terms, ["text"]), documents.depth, count=False).hits
        return documents.first(searcher.doc(address)["number"][0] for _, address in hits)

    return rank


def tfidf_over(documents: Documents) -> Ranker:
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), lowercase=False)
    inverted = vectorizer.fit_transform(documents.texts).T.tocsr()

    def rank(question: str) -> list[int]:
        return documents.best((vectorizer.transform([plain(question)]) @ inverted).toarray()[0])

    return rank


def fts5_over(documents: Documents) -> Ranker:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize='trigram')")
    database.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", enumerate(documents.texts))

    def rank(question: str) -> list[int]:
        terms = {piece[i : i + 3] for piece in pieces(plain(question)) for i in range(len(piece) - 2)}
        if not terms:
            return []
        query = " OR ".join(f'"{term}"' for term in sorted(terms))
        sql = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"
        return documents.first(row for (row,) in database.execute(sql, (query, documents.depth)))

    return rank


def rapidfuzz_over(documents: Documents, scorer: Callable[..., float]) -> Ranker:
    def rank(question: str) -> list[int]:
        return documents.best(process.cdist([plain(question)], documents.texts, scorer=scorer)[0])

    return rank


PEERS: dict[str, Callable[[Documents], Ranker]] = {
    "bm25s（jieba 词）": lambda documents: bm25s_over(documents, jieba_words()),
    "bm25s（单字、双字）": lambda documents: bm25s_over(documents, single_and_pairs),
    "tantivy（jieba 词）": lambda documents: tantivy_over(documents, jieba_words()),
    "tantivy（双字）": lambda documents: tantivy_over(documents, only_pairs),
    "TF-IDF 余弦（单字、双字）": tfidf_over,
    "SQLite FTS5 trigram": fts5_over,
    "rapidfuzz ratio": lambda documents: rapidfuzz_over(documents, fuzz.ratio),
    "rapidfuzz WRatio": lambda documents: rapidfuzz_over(documents, fuzz.WRatio),
}


def suits(engine: str, documents: Documents) -> bool:
    return not engine.startswith("rapidfuzz") or len(documents.texts) <= FUZZY_LIMIT


def corpora(questions: Path, public: Path, quick: bool = False, tell: Callable[[str], None] = print) -> list[Corpus]:
    """The corpora whose files are there; a message for the others."""
    out: list[Corpus] = []
    if questions.is_file():
        library = shipped_library()
        asked = tuple(read_question_set(questions, library))[:: 6 if quick else 1]
        bare = tuple(replace(entry, aliases=()) for entry in library.entries)
        out.append(Corpus("texts", "自带知识，只有标题和正文", bare, asked, "texts"))
        out.append(Corpus("aliases", "自带知识，连同典型问法", library.entries, asked, "questions"))
    else:
        tell(f"跳过自带知识的对比：没有找到 {questions.name}（用 --questions 指定）")
    articles, asked_of_articles = public / "stard_entries.jsonl", public / "stard_questions.jsonl"
    if articles.is_file() and asked_of_articles.is_file():
        own = tuple(read_question_set(asked_of_articles, None))[:: 20 if quick else 1]
        entries = read_entries(articles)
        if quick:  # every fifth article, and those that answer
            wanted = [any(question.accepts(entry.id) for question in own) for entry in entries]
            entries = [entry for row, entry in enumerate(entries) if wanted[row] or row % 5 == 0]
        out.append(Corpus("stard", "STARD 法条", tuple(entries), own, "texts", 2 if quick else 5))
    else:
        tell(f"跳过 STARD 的对比：没有找到 {articles.name}、{asked_of_articles.name}（用 --public 指定目录）")
    return out


def profile_for(name: str) -> tuple[str, Profile]:
    """The constants by name; while there are none for bare texts, those for entries with typical questions."""
    profiles = shipped_profiles()
    name = name if name in profiles else "questions"
    return name, profiles[name]


def ask(rank: Ranker, entries: Sequence[Entry], questions: Sequence[Question]) -> list[Scored]:
    """Ask a peer, marked and timed as ``knowledge.evaluation.score`` does for ours."""
    out: list[Scored] = []
    for question in questions:
        start = time.perf_counter()
        rows = rank(question.text)
        elapsed = (time.perf_counter() - start) * 1000
        right = tuple(question.accepts(entries[row].id) for row in rows)
        out.append(Scored(question, Result("answer", ()), right, elapsed))
    return out


def unasked(found: Sequence[Corpus]) -> dict[str, Any]:
    """The measures of ours on articles that no question it was trained on asks about, by corpus."""
    out: dict[str, Any] = {}
    for corpus in (corpus for corpus in found if corpus.folds):
        scored, _, _ = ours_cross_validated(corpus.entries, corpus.questions, corpus.folds, by_article=True)
        out[corpus.key] = {name: summary(scored)[name] for name in MEASURES}
    return out


def compare(corpus: Corpus, tell: Callable[[str], None] = print, memory: Callable[[str], Any] | None = None) -> Any:
    """One corpus: a row for each engine, ours first, and the paired count against the best peer."""
    tell(f"{corpus.title}：{len(corpus.entries)} 条，{len(corpus.questions)} 问")
    documents = documents_of(corpus.entries)
    results: dict[str, list[Scored]] = {}
    rows: list[dict[str, Any]] = []

    def note(engine: str, scored: list[Scored], seconds: float) -> None:
        results[engine] = scored
        whole = summary(scored)
        row = {"engine": engine, "build_s": round(seconds, 3)}
        row |= {name: whole[name] for name in (*MEASURES, "p50_ms", "p99_ms")}
        row["memory_mb"] = memory(engine) if memory else None
        rows.append(row)
        tell(f"  {engine}：第一答案 {row['rank_hit_at_1']:.3f}，{row['p50_ms']:.2f} 毫秒一问，建索引 {seconds:.2f} 秒")

    if corpus.folds:
        scored, seconds, constants = ours_cross_validated(corpus.entries, corpus.questions, corpus.folds)
    else:
        name, profile = profile_for(corpus.profile)
        matcher, seconds = build_ours(corpus.entries, profile)
        scored, constants = ask_ours(matcher, corpus.questions), f"随程序参数 {name}"
    note(OURS, scored, seconds)
    skipped = [engine for engine in PEERS if not suits(engine, documents)]
    for engine, build in PEERS.items():
        if engine in skipped:
            continue
        start = time.perf_counter()
        rank = build(documents)
        seconds = time.perf_counter() - start
        for question in corpus.questions[:5]:
            rank(question.text)
        note(engine, ask(rank, corpus.entries, corpus.questions), seconds)
    best = max((row for row in rows[1:]), key=lambda row: row["rank_hit_at_1"])["engine"]
    return {
        "key": corpus.key,
        "title": corpus.title,
        "entries": len(corpus.entries),
        "strings": len(documents.texts),
        "questions": sum(question.in_scope for question in corpus.questions),
        "verbatim": verbatim(corpus),
        "constants": constants,
        "rows": rows,
        "skipped": skipped,
        "against_best": paired(best, results[OURS], results[best]),
    }


def verbatim(corpus: Corpus) -> int:
    """How many questions stand word for word among the typical questions: a check that nobody copied them there."""
    known = {comparable(alias) for entry in corpus.entries for alias in entry.aliases}
    return sum(comparable(question.text) in known for question in corpus.questions)


def paired(engine: str, ours: Sequence[Scored], peer: Sequence[Scored]) -> dict[str, Any]:
    """How many questions only one of the two gets right at once, and the two-sided sign test."""
    theirs = {one.question.id: bool(one.right[:1] and one.right[0]) for one in peer}
    pairs = [(bool(one.right[:1] and one.right[0]), theirs[one.question.id]) for one in ours]
    won, lost = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
    n = won + lost
    tail = sum(math.comb(n, k) for k in range(min(won, lost) + 1)) / 2**n if n else 1.0
    return {"engine": engine, "only_ours": won, "only_theirs": lost, "p": float(f"{min(1.0, 2 * tail):.2g}")}


def memory_of(engine: str, corpus: Corpus) -> float:
    """MB by which this process grew at most while an engine was built and asked; libraries are loaded before."""
    documents = documents_of(corpus.entries)
    _give_back()
    before = psutil.Process().memory_info().rss
    resets = _reset_peak()
    if engine == OURS:
        matcher, _ = build_ours(corpus.entries, profile_for(corpus.profile)[1])
        ask_ours(matcher, corpus.questions)
    else:
        ask(PEERS[engine](documents), corpus.entries, corpus.questions)
    after = _peak() if resets else psutil.Process().memory_info().rss
    return round(max(0, after - before) / 2**20, 1)


def _give_back() -> None:
    """glibc: hand freed memory back, or the next engine grows into it unseen."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _reset_peak() -> bool:
    """Linux: let the peak start again from here. Elsewhere the final size stands for it."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def _peak() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def memory_in_child(engine: str, corpus: str, questions: Path, public: Path) -> float:
    """``memory_of`` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.peers", "--memory", engine, "--corpus", corpus]
    command += ["--questions", str(questions), "--public", str(public)]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, encoding="utf-8")
    return float(json.loads(answer.stdout.splitlines()[-1]))


def compare_all(questions: Path, public: Path, quick: bool = False) -> list[dict[str, Any]]:
    """Every corpus that is there."""
    jieba_words()  # jieba writes its cache file once; no engine should pay for that
    out: list[dict[str, Any]] = []
    for corpus in corpora(questions, public, quick):
        key = corpus.key
        memory = None if quick else lambda engine, key=key: memory_in_child(engine, key, questions, public)
        out.append(compare(corpus, memory=memory))
    return out


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", metavar="ENGINE", help="only the memory of one engine, as JSON")
    parser.add_argument("--corpus", default="aliases")
    parser.add_argument("--questions", type=Path, default=ROOT / QUESTIONS)
    parser.add_argument("--public", type=Path, default=ROOT / STARD)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--unasked", action="store_true", help="only ours on STARD, trained without the asked articles")
    arguments = parser.parse_args(argv)
    if arguments.memory:
        found = corpora(arguments.questions, arguments.public, tell=lambda _: None)
        corpus = next(corpus for corpus in found if corpus.key == arguments.corpus)
        print(json.dumps(memory_of(arguments.memory, corpus)))
    elif arguments.unasked:
        write_results("unasked", unasked(corpora(arguments.questions, arguments.public)))
    else:
        compare_all(arguments.questions, arguments.public, arguments.quick)


if __name__ == "__main__":
    main()
