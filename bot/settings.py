"""Settings from the environment (``RONGCUO_…``), checked at start; a wrong one is named in one line."""

from __future__ import annotations

import re
import socket
import tempfile
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.procedure.ladder import MAX_WORKDAYS


class SettingError(ValueError):
    """设置有错误。"""


class Settings(BaseSettings):
    """All settings. The description of each is what ``rongcuo settings`` and the documentation show."""

    model_config = SettingsConfigDict(env_prefix="RONGCUO_", extra="ignore", frozen=True)

    database_url: SecretStr = Field(
        SecretStr("sqlite:///var/rongcuo.db"), description="数据库：sqlite:///路径 或者 postgresql://用户:密码@主机/库"
    )
    host: str = Field("127.0.0.1", min_length=1, description="网页监听的地址")
    port: int = Field(8080, ge=0, le=65535, description="网页监听的端口")
    public_url: str = Field("", description="对外的网址，如 https://例子；以 https 开头时 Cookie 只走加密连接")
    proxies: str = Field(
        "127.0.0.1,::1",
        description="反向代理的地址或者网段，用逗号分开；只信它们写的 X-Forwarded-For，别的来路写了不算",
    )
    telegram_token: SecretStr | None = Field(
        None, description="Telegram 机器人令牌，如 123456:ABC-DEF；不设就不启用 Telegram"
    )
    telegram_base_url: str = Field("", description="自建 Bot API 服务器的地址，如 http://127.0.0.1:8081")
    telegram_webhook_url: str = Field("", description="Telegram 回调的完整网址；不设就用长轮询")
    telegram_secret: SecretStr | None = Field(
        None, description="Telegram 回调的密令（1–256位字母、数字、_、-），用回调时必填"
    )
    telegram_per_second: int = Field(
        30, ge=1, le=1000, description="每个进程每秒最多给 Telegram 发几条；几个进程一起发时要分摊，合计不超过30"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="日志级别")
    log_format: Literal["text", "json"] = Field("text", description="日志格式")
    young_years: int = Field(3, ge=1, le=20, description="困难自检里“近年来创设”按几年算（原文没有写）")
    code_hours: int = Field(72, ge=1, le=720, description="绑定码、邀请码几小时内有效")
    request_hold_minutes: int = Field(
        30, ge=5, le=480, description="诉求接办后几分钟没有答复就回到队列（按工作日8点到20点算）"
    )
    request_close_days: int = Field(
        7, ge=1, le=365, description="诉求答复以后几天没有回音就办结（提的人仍可以说“没解决”重开）"
    )
    share_days: int = Field(30, ge=1, le=365, description="自检结果的分享链接几天内有效")
    reopen_days: int = Field(30, ge=1, le=3650, description="销号、诉求办结后几天内可以说“没解决”重开")
    remind_days: str = Field(
        "", description="另外提醒企业的日子，离到期几个工作日，如 -5,-2；原有的提醒不会少，不写就不加"
    )
    keep_messages_days: int = Field(180, ge=0, description="对话消息保留几天，0 为一直保留")
    keep_questions_days: int = Field(365, ge=0, description="给编辑看的提问保留几天，0 为一直保留")
    keep_buttons_days: int = Field(60, ge=0, description="按钮几天后失效，0 为一直有效")
    keep_files_days: int = Field(7, ge=0, description="导出文件、二维码图片保留几天，0 为一直保留")
    keep_codes_days: int = Field(30, ge=0, description="用过或者过期的码保留几天，0 为一直保留")
    keep_drafts_days: int = Field(7, ge=0, description="没有填完的内容保留几天，0 为一直保留")
    files: str = Field("var/files", min_length=1, description="收到的照片和文件放在哪个文件夹；几个进程要共用")
    templates: str = Field("", description="本单位的文书模板放在哪个文件夹；不设就用自带的")
    demo: bool = Field(False, description="演示模式：有虚构的人员、企业和演示座位")
    publish_shipped: bool = Field(True, description="启动时公布随程序附带的文件和清单")

    @field_validator("telegram_token", "telegram_secret", mode="before")
    @classmethod
    def _blank_is_none(cls, value: object) -> object:
        value = value.strip() if isinstance(value, str) else value  # a secret read from a file ends in a new line
        return None if value == "" else value

    @field_validator("public_url", "telegram_base_url", "telegram_webhook_url")
    @classmethod
    def _address_form(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/]", value):
            raise ValueError("应以 http:// 或者 https:// 开头")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _token_form(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", value.get_secret_value()):
            raise ValueError("应如 123456:ABC-DEF")
        return value

    @field_validator("telegram_secret")
    @classmethod
    def _secret_form(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        if text and (len(text) > 256 or not all(c.isascii() and (c.isalnum() or c in "_-") for c in text)):
            raise ValueError("应为1–256位字母、数字、_、-")
        return value

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for network in filter(str.strip, value.replace("，", ",").split(",")):
            ip_network(network.strip(), strict=False)
        return value

    @field_validator("remind_days")
    @classmethod
    def _days_form(cls, value: str) -> str:
        for day in filter(str.strip, value.replace("，", ",").split(",")):
            if not re.fullmatch(r"\s*[-+]?\d{1,2}\s*", day) or abs(int(day)) > MAX_WORKDAYS:
                raise ValueError("应如 -5,-2")
        return value

    @property
    def extra_reminders(self) -> tuple[int, ...]:
        """The working days from a due day on which the enterprise is reminded beside those of R39."""
        return tuple(int(day) for day in self.remind_days.replace("，", ",").split(",") if day.strip())

    @property
    def trusted_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks whose word on who asks is taken."""
        named = filter(str.strip, self.proxies.replace("，", ",").split(","))
        return tuple(ip_network(network.strip(), strict=False) for network in named)

    @property
    def database(self) -> str:
        return self.database_url.get_secret_value()

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")


def check_places(settings: Settings) -> None:
    """What a service needs of the machine before it starts: a folder that can be written, templates, an address of its own.

    Raises ``SettingError`` naming the setting.
    """
    try:
        Path(settings.files).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.files):
            pass
    except OSError as error:
        raise SettingError(f"设置 RONGCUO_FILES 不对：文件夹建不了，或者不能写：{settings.files}") from error
    if settings.templates and not Path(settings.templates).is_dir():
        raise SettingError(f"设置 RONGCUO_TEMPLATES 不对：没有这个文件夹：{settings.templates}")
    try:
        family, kind, _, _, address = socket.getaddrinfo(settings.host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            tried.bind(address)
    except OSError as error:
        raise SettingError(f"设置 RONGCUO_HOST 不对：不是这台机器的地址：{settings.host}") from error


def unknown_settings(environment: Iterable[str]) -> list[str]:
    """What is set but is no setting, each with the one that was probably meant: a mistyped name would go unheard."""
    known = {f"RONGCUO_{name.upper()}" for name in Settings.model_fields}
    strange = sorted(name for name in environment if name.startswith("RONGCUO_") and name not in known)
    meant = {name: get_close_matches(name, sorted(known), 1) for name in strange}
    return [f"没有设置 {name}" + (f"，是不是 {meant[name][0]}？" if meant[name] else "") for name in strange]


def load_settings() -> Settings:
    """Read the environment. Raises ``SettingError`` naming the setting and what would be right."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "RONGCUO_" + "_".join(str(part) for part in first["loc"]).upper()
        description = Settings.model_fields[str(first["loc"][0])].description if first["loc"] else ""
        raise SettingError(f"设置 {name} 不对：{description}") from error
    if settings.telegram_webhook_url and not settings.telegram_secret:
        raise SettingError("设置 RONGCUO_TELEGRAM_SECRET 不能为空：用回调时必填")
    return settings
