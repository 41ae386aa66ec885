"""What is said of files that come: receipts, and what becomes of those that are not taken twice."""

from __future__ import annotations

GOT = "收到{count}。"
AGAIN_ALL = "{which}已经交过，没有重复收。"
AGAIN_SOME = "其中{count}已经交过，没有重复收。"
OVER = "这里最多收{limit}份，多出的{count}没有收。"
HAVE = "现在有{count}，可以接着发；发完点“发完了”。"
ANEW = "好，前面的{count}不要了。"
NONE_YET = "还没有收到文件，请先发来。"

LABEL_DONE = "发完了"
LABEL_ANEW = "重新发"
SAID_DONE = ("选好了", "发好了", "就这些", "完了", "发完", "传完了", "没有了", "好了")
SAID_NONE = ("没有", "没有照片", "不发", "不发了", "没照片", "无")
