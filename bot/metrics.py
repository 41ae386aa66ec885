"""Numbers for ``/metrics``: counts and times, no personal data."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Metrics:
    """One registry a program, so that tests can have their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.taken_in = Counter("rongcuo_messages_in_total", "收到的消息", ["channel"], registry=self.registry)
        self.repeated = Counter(
            "rongcuo_messages_repeated_total", "重复而忽略的消息", ["channel"], registry=self.registry
        )
        self.handled = Histogram(
            "rongcuo_handle_seconds", "处理一条消息的时间", buckets=_SECONDS, registry=self.registry
        )
        self.failed = Counter("rongcuo_handle_failed_total", "处理失败的次数", registry=self.registry)
        self.sent = Counter("rongcuo_messages_sent_total", "发出的消息", ["channel"], registry=self.registry)
        self.send_failed = Counter("rongcuo_send_failed_total", "发送失败的次数", ["channel"], registry=self.registry)
        self.waiting = Gauge("rongcuo_messages_waiting", "等待中的消息", ["direction"], registry=self.registry)
        self.entries = Gauge("rongcuo_entries", "索引中的条目", registry=self.registry)
        self.streams = Gauge("rongcuo_web_streams", "打开的网页会话", registry=self.registry)

    def render(self) -> bytes:
        """The text of ``/metrics``."""
        return generate_latest(self.registry)
