"""Why a file that somebody sent is not taken: plain words that say what would be."""

from __future__ import annotations

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 100_000_000

ACCEPTED = "能收照片（JPG、PNG、WebP、HEIC）、PDF、docx、xlsx。"
EMPTY = "这个文件是空的。请检查以后再发一次。"
DAMAGED = "这个文件不完整或者已经损坏。请重新保存，再发一次。"
TOO_MANY_PIXELS = "这张图片超过一亿像素，太大了。请缩小以后再发。"
ENCRYPTED = "这个文件加了密码，打不开。请去掉密码以后再发。"
ACTIVE = "这个文件里带有宏或者程序，不能收。请另存为不带宏的文件再发。"
OLD_OFFICE = "旧格式的文件收不了。请另存为 docx 或者 xlsx 再发。"
ODD_OFFICE = "这个文件不是普通的 docx 或者 xlsx。请用办公软件重新保存再发。"
TOO_LARGE = "这个文件超过20 MB，收不了。可以分成几份发，或者拍成照片发，也可以当面交给执法人员。"


class RefusedEvidence(ValueError):
    """这个文件收不了。"""

    def __init__(self, words: str = "") -> None:
        super().__init__(words or f"{self.__doc__}{ACCEPTED}")


def unknown(what: str = "") -> RefusedEvidence:
    """The refusal of a format, named if it is known."""
    return RefusedEvidence(f"{what}收不了。{ACCEPTED}" if what else "")
