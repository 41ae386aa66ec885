"""A Bot API double: a real HTTP server on the loopback for the tests of a Telegram bot.

Where the real server's behaviour is public it is followed: confirmation by offset, the newer of two polls
winning, limits, the wording of errors. Not played: Markdown (taken as it is), inline messages, calls made in
the answer to a webhook.
"""

import asyncio
import json
import random
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tests.bot.telegram_limits import (
    MAX_DOCUMENT,
    Button,
    Json,
    Refused,
    bad,
    check_upload,
    read_commands,
    read_markup,
    read_scope,
    read_text,
    too_many,
)

ACTIONS = {"typing", "choose_sticker", "find_location", "upload_photo", "upload_video", "upload_voice"}
ACTIONS |= {"upload_document", "upload_video_note", "record_video", "record_voice", "record_video_note"}
SHOWN = {"sendMessage", "editMessageText", "sendDocument", "sendPhoto"}
DOWNLOAD_LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True)
class Sent:
    """One call carried out for the bot: `text` is what it sent, `plain` what is read, `raw` all fields."""

    method: str
    chat_id: int | None = None
    message_id: int | None = None
    text: str = ""
    parse_mode: str | None = None
    buttons: list[list[Button]] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    plain: str = ""
    file_name: str | None = None
    content: bytes | None = None


@dataclass
class Call:
    """One request as it came; `status` stays 0 while it waits and when its answer is lost."""

    method: str
    fields: dict[str, str]
    files: dict[str, tuple[str, bytes]]
    status: int = 0


@dataclass(eq=False)
class _Pending:
    body: Json
    again: bool = False  # a repeat is given out once whatever the offset says


@dataclass
class _Fault:
    left: int
    method: str | None
    answer: Refused | None  # None: the call is carried out and its answer lost
    stalls: float = 0.0  # seconds before it is begun


class TelegramDouble:
    """The server; `async with TelegramDouble() as double` starts and stops it."""

    def __init__(self, token: str = "123456:TEST", *, seed: int = 0) -> None:
        self.token = token
        self.sent: list[Sent] = []  # what was carried out, in order
        self.calls: list[Call] = []  # every request, refused ones too
        self.messages: dict[tuple[int, int], Json] = {}  # as they stand now, by chat and message id
        self.blocked: set[int] = set()  # chats that answer 403
        self.unknown_chats: set[int] = set()  # chats that answer 400
        self.stale_queries: set[str] = set()  # callback queries too old to answer
        self.downloads: list[str] = []  # paths of files asked for
        self.unexpected: list[str] = []  # methods called that the double does not have
        self.unknown_methods: set[str] = set()  # methods to be without, as an older server is
        self.unknown_scopes: set[str] = set()  # scopes of commands to be without
        self.commands: dict[tuple[str | int, ...], list[tuple[str, str]]] = {}  # by scope and language
        self.shuffled = False  # gives updates out in an order drawn from the seed
        self.max_per_second_per_chat: int | None = None
        self.clock: Callable[[], float] = time.monotonic  # for that limit alone
        self.webhook: dict[str, str] = {}  # the fields of setWebhook while one is set
        self._webhook_error: Json = {}
        self._allowed: list[str] = []
        self._random = random.Random(seed)
        self._faults: list[_Fault] = []
        self._pending: list[_Pending] = []
        self._last: Json = {}
        self._written: dict[tuple[int, int], str] = {}  # texts with their markup, which alone may be edited
        self._queries: dict[str, int | None] = {}
        self._people: dict[int, tuple[Json, Json]] = {}
        self._files: dict[str, tuple[str, int, bytes | None]] = {}
        self._times: defaultdict[int, deque[float]] = defaultdict(deque)
        self._next_update, self._next_message = 1001, 1
        self._poll: asyncio.Future[None] | None = None
        self._changed = asyncio.Condition()
        app = web.Application(client_max_size=MAX_DOCUMENT + 10 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        bot = {"first_name": "Double", "username": "double_bot"}
        self._bot: Json = {"id": int(token.partition(":")[0]), "is_bot": True} | bot

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._end_poll()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What the library takes as `base_url`."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/bot"

    @property
    def base_file_url(self) -> str:
        """What the library takes as `base_file_url`."""
        return self.base_url.removesuffix("bot") + "file/bot"

    # What people do; each returns the id of the update.

    def says(
        self,
        chat_id: int,
        text: str,
        *,
        user_id: int | None = None,
        language_code: str | None = "zh-hans",
        kind: str = "private",
    ) -> int:
        """A text message; who says it is remembered for what is done next in that chat."""
        self._meet(chat_id, user_id, language_code, kind)
        return self._posts(chat_id, text=text, entities=_commands(text))

    def presses(self, chat_id: int, message_id: int, data: str) -> int:
        """A button pressed; the id of the query is that of the update, as a string."""
        chat, user = self._person(chat_id)
        message = self.messages.get((chat_id, message_id), {"message_id": message_id, "date": 0, "chat": chat})
        query = {"id": str(self._next_update), "from": user, "chat_instance": str(chat_id), "data": data}
        return self.update({"callback_query": query | {"message": message}})

    def sends_sticker(self, chat_id: int) -> int:
        """A sticker."""
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._posts(chat_id, sticker=self._new_file("sticker.webp", 9000) | shape)

    def sends_voice(self, chat_id: int, *, caption: str = "") -> int:
        """A voice message of three seconds."""
        voice = self._new_file("voice.oga", 9000) | {"duration": 3}
        return self._posts(chat_id, voice=voice, **_filled(caption=caption))

    def sends_photo(
        self, chat_id: int, album: str | None = None, *, caption: str = "", content: bytes | None = None
    ) -> int:
        """A photo, of zeros unless `content` is given, and its smaller sizes, of zeros; an `album` is sent together."""
        photo = self._new_file("photo.jpg", 9000, content) | {"width": 800, "height": 600}
        sizes = [self._new_file("photo.jpg", 900) | {"width": w, "height": h} for w, h in ((90, 67), (320, 240))]
        return self._posts(chat_id, photo=[*sizes, photo], **_filled(media_group_id=album, caption=caption))

    def sends_document(
        self,
        chat_id: int,
        name: str,
        size: int,
        content: bytes | None = None,
        *,
        caption: str = "",
        album: str | None = None,
    ) -> int:
        """A document, of zeros unless `content` is given; those with the same `album` were sent together."""
        document = self._new_file(name, size, content) | {"file_name": name}
        return self._posts(chat_id, document=document, **_filled(media_group_id=album, caption=caption))

    def edits(self, chat_id: int, message_id: int, text: str) -> int:
        """An edit of what was said to the bot before."""
        chat, user = self._person(chat_id)
        message = {"message_id": message_id, "date": int(time.time()), "chat": chat, "from": user}
        message |= self.messages.get((chat_id, message_id), {})
        new = {"text": text, "entities": _commands(text), "edit_date": int(time.time())}
        return self.update({"edited_message": message | new})

    def update(self, raw: Json) -> int:
        """Any update; it is given an `update_id` if it has none."""
        body: Json = json.loads(json.dumps({"update_id": self._next_update} | raw))
        self._next_update = max(self._next_update, body["update_id"] + 1)
        query, message = body.get("callback_query"), body.get("message") or body.get("edited_message")
        chat_id = _chat_of(body)
        if isinstance(query, dict) and "id" in query:
            self._queries[str(query["id"])] = chat_id
        if isinstance(message, dict) and "message_id" in message and chat_id is not None:
            self.messages[chat_id, message["message_id"]] = message
        self._last = body
        if not self._allowed or any(kind in body for kind in self._allowed):
            self._pending.append(_Pending(body))
            self._end_poll()
        return int(body["update_id"])

    def repeats_last(self) -> int:
        """Gives the last update out once more, even if it has been confirmed."""
        update_id = int(self._last["update_id"])
        self._pending.append(_Pending(self._last, again=True))
        self._end_poll()
        return update_id

    # Faults, taken in the order they were asked for; without `method` all calls but getUpdates meet them. The
    # fetching of a file is the method "download".

    def fails_next(self, n: int, status: int = 500, *, method: str | None = None) -> None:
        """Answers with an error and does nothing."""
        self._faults.append(_Fault(n, method, Refused(status)))

    def limits_next(self, n: int, retry_after: int = 1, *, method: str | None = None) -> None:
        """Answers 429 and does nothing."""
        self._faults.append(_Fault(n, method, too_many(retry_after)))

    def drops_next(self, n: int, *, method: str | None = None) -> None:
        """Carries the call out, then closes the connection without an answer."""
        self._faults.append(_Fault(n, method, None))

    def stalls_next(self, n: int, seconds: float, *, method: str | None = None) -> None:
        """Begins so much later; a client that has lost patience by then has nothing carried out."""
        self._faults.append(_Fault(n, method, None, seconds))

    # What the bot did.

    def commands_in(self, chat_id: int) -> list[tuple[str, str]]:
        """The commands that a person is offered in a private chat: of the narrowest scope that has some."""
        scopes: tuple[tuple[str | int, ...], ...] = (("chat", chat_id), ("all_private_chats",), ("default",))
        return next((self.commands[*scope, ""] for scope in scopes if (*scope, "") in self.commands), [])

    def shown(self, chat_id: int | None = None, since: int = 0) -> list[Sent]:
        """Messages sent and texts edited, of `sent` from the index `since`."""
        return [s for s in self.sent[since:] if s.method in SHOWN and chat_id in (None, s.chat_id)]

    def texts(self, chat_id: int | None = None) -> list[str]:
        """The texts of these, as sent."""
        return [one.text for one in self.shown(chat_id)]

    def last(self, chat_id: int | None = None) -> Sent:
        """The last of these."""
        assert self.shown(chat_id), f"nothing was sent to {chat_id}"
        return self.shown(chat_id)[-1]

    async def waits_for(
        self,
        wanted: int | Callable[[Sent], bool],
        chat_id: int | None = None,
        timeout: float = 5.0,
        *,
        since: int = 0,
    ) -> Sent:
        """The n-th of `shown`, or the first of `sent` that fits the predicate, once it is there."""

        def found() -> list[Sent]:
            if isinstance(wanted, int):
                return self.shown(chat_id, since)[wanted - 1 :]
            return [s for s in self.sent[since:] if chat_id in (None, s.chat_id) and wanted(s)]

        try:
            async with asyncio.timeout(timeout), self._changed:
                return (await self._changed.wait_for(found))[0]
        except TimeoutError:
            seen = [(one.method, one.chat_id, one.text) for one in self.sent[since:]]
            raise TimeoutError(f"not seen within {timeout} s; sent: {seen}") from None

    async def delivers_webhook(self, url_override: str | None = None) -> list[tuple[int, int]]:
        """Posts what is pending, one by one; gives (update id, status), status 0 without an answer.

        An update not answered 2xx stays, with the later ones of its chat, for the next call: the real server
        too tries again later and keeps the order within a chat.
        """
        url, secret = url_override or self.webhook.get("url"), self.webhook.get("secret_token")
        assert url, "no webhook is set"
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        order, held, done = list(self._pending), set[int | None](), list[tuple[int, int]]()
        if self.shuffled:
            self._random.shuffle(order)
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(10)) as session:
            for one in (one for one in order if _chat_of(one.body) not in held):
                try:
                    async with session.post(url, json=one.body) as answer:
                        status, error = answer.status, f"Wrong response from the webhook: {answer.status}"
                except (aiohttp.ClientError, TimeoutError):
                    status, error = 0, "Connection closed"
                done.append((one.body["update_id"], status))
                if 200 <= status < 300:
                    self._pending = [other for other in self._pending if other is not one]
                else:
                    held.add(_chat_of(one.body))
                    self._webhook_error = {"last_error_date": int(time.time()), "last_error_message": error}
        return done

    # The server.

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        call, lost = Call(request.match_info["method"], dict(request.query), {}), False
        for key, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                call.files[key] = value.filename, value.file.read()
            else:
                call.fields[key] = str(value)
        self.calls.append(call)
        try:
            self._check_token(request)
            snake = re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", call.method)
            handler = getattr(self, f"_api_{snake}", None)
            if handler is None and call.method not in self.unknown_methods:
                self.unexpected.append(call.method)
            if handler is None or call.method in self.unknown_methods:
                raise Refused(404)
            fault = self._meets_fault(call.method)
            lost = fault is not None and not fault.stalls
            await asyncio.sleep(fault.stalls if fault else 0)
            result = await handler(call)
            status, body = 200, {"ok": True, "result": result}
        except Refused as error:
            status, body = error.code, error.body
        if lost and request.transport is not None:
            request.transport.abort()
            return web.Response()
        call.status = status
        return web.json_response(body, status=status)

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request)
            path = request.match_info["path"]
            self.downloads.append(path)
            if self._meets_fault("download") and request.transport is not None:
                request.transport.abort()
            size, content = next((f[1:] for f in self._files.values() if f[0] == path), (DOWNLOAD_LIMIT + 1, None))
            if size > DOWNLOAD_LIMIT:
                raise Refused(404)
            return web.Response(body=bytes(size) if content is None else content)
        except Refused as error:
            return web.json_response(error.body, status=error.code)

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if token != self.token:
            raise Refused(401 if re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token) else 404)

    def _meets_fault(self, method: str) -> _Fault | None:
        """Raises the fault that is due, if any; returns it when the answer is to be lost."""
        for fault in self._faults:
            if fault.left and (fault.method or method) == method and (fault.method or method != "getUpdates"):
                fault.left -= 1
                if fault.answer is not None:
                    raise fault.answer
                return fault
        return None

    async def _api_get_updates(self, call: Call) -> list[Json]:
        if self.webhook:
            how = "use deleteWebhook to delete the webhook first"
            raise Refused(409, f"Conflict: can't use getUpdates method while webhook is active; {how}")
        how = "make sure that only one bot instance is running"
        self._end_poll(f"Conflict: terminated by other getUpdates request; {how}")
        offset, timeout, limit = (int(call.fields.get(key, 0)) for key in ("offset", "timeout", "limit"))
        self._allowed = json.loads(call.fields.get("allowed_updates") or json.dumps(self._allowed))
        if offset < 0:
            self._pending = self._pending[offset:]
        self._pending = [p for p in self._pending if p.again or p.body["update_id"] >= offset]
        if not self._pending and timeout > 0:
            mine = self._poll = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait([mine], timeout=min(timeout, 50))
            finally:
                self._poll = None if self._poll is mine else self._poll
            if mine.done():
                mine.result()
        batch = self._pending[: min(max(limit, 1), 100) if limit else 100]
        if self.shuffled:
            self._random.shuffle(batch)
        for one in batch:
            one.again = False
        return [one.body for one in batch]

    def _end_poll(self, conflict: str = "") -> None:
        """Wakes the poll that waits: to answer, or to be told of the conflict."""
        waiting, self._poll = self._poll, None
        if waiting is not None and conflict:
            waiting.set_exception(Refused(409, conflict))
        elif waiting is not None:
            waiting.set_result(None)

    async def _api_set_webhook(self, call: Call) -> bool:
        url, secret = call.fields.get("url", ""), call.fields.get("secret_token", "")
        if url and urlsplit(url).scheme != "https" and urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            too_long = "is too long" if len(secret) > 256 else "contains unallowed characters"
            raise bad(f"secret token {too_long}")
        if url:
            self._end_poll("Conflict: terminated by setWebhook request")
        self.webhook, self._webhook_error = dict(call.fields) if url else {}, {}
        self._allowed = json.loads(call.fields.get("allowed_updates") or json.dumps(self._allowed))
        if call.fields.get("drop_pending_updates", "").lower() in ("true", "1"):
            self._pending.clear()
        return True

    async def _api_delete_webhook(self, call: Call) -> bool:
        kept = {key: call.fields[key] for key in call.fields if key == "drop_pending_updates"}
        return await self._api_set_webhook(Call(call.method, kept, {}))

    async def _api_get_webhook_info(self, call: Call) -> Json:
        info: Json = {"url": self.webhook.get("url", ""), "has_custom_certificate": False}
        info |= {"max_connections": int(self.webhook.get("max_connections", 40))} if self.webhook else {}
        info |= {"allowed_updates": self._allowed} if self._allowed else {}
        return info | {"pending_update_count": len(self._pending)} | self._webhook_error

    async def _api_get_me(self, call: Call) -> Json:
        return self._bot | {"can_join_groups": True, "supports_inline_queries": False}

    async def _api_send_message(self, call: Call) -> Json:
        chat_id = self._chat(call)
        plain = read_text(call.fields, "text", 4096)
        return await self._sends(call, chat_id, plain, {"text": plain})

    async def _api_send_document(self, call: Call) -> Json:
        chat_id, what = self._chat(call), call.method.removeprefix("send").lower()
        plain, value = read_text(call.fields, "caption", 1024), call.fields.get(what, "")
        name, content = call.files.get(value.removeprefix("attach://") or what, ("", b""))
        if value in self._files:  # sent again by its id
            path, size, known = self._files[value]
            name, content = path.rpartition("/")[2], bytes(size) if known is None else known
        elif not name:
            raise bad("wrong file identifier/HTTP URL specified" if value else f"there is no {what} in the request")
        check_upload(what, content)
        new = self._new_file(name, len(content), content)
        shape = {"document": new | {"file_name": name}, "photo": [new | {"width": 800, "height": 600}]}
        body = {what: shape[what]} | ({"caption": plain} if plain else {})
        return await self._sends(call, chat_id, plain, body, name, content)

    _api_send_photo = _api_send_document

    async def _api_edit_message_text(self, call: Call) -> Json:
        chat_id, number = self._chat(call), int(call.fields.get("message_id", 0))
        old, plain = self.messages.get((chat_id, number)), ""
        if old is None:
            raise bad("message to edit not found")
        if old.get("from") != self._bot:
            raise bad("message can't be edited")
        body = {key: value for key, value in old.items() if key != "reply_markup"}
        if call.method == "editMessageText":
            if "text" not in old:
                raise bad("there is no text in the message to edit")
            body["text"] = plain = read_text(call.fields, "text", 4096)
        return await self._sends(call, chat_id, plain, body)

    _api_edit_message_reply_markup = _api_edit_message_text

    async def _sends(
        self, call: Call, chat_id: int, plain: str, body: Json, name: str | None = None, content: bytes | None = None
    ) -> Json:
        """Stores, records and returns a message, which is edited if it has its id already."""
        fields = call.fields
        markup, buttons = read_markup(fields.get("reply_markup", ""))
        body |= {"reply_markup": markup} if markup.get("inline_keyboard") else {}
        self._limit_rate(chat_id)
        text, before = fields.get("text") or fields.get("caption") or "", (chat_id, body.get("message_id", 0))
        if body == self.messages.get(before) and text in ("", self._written.get(before)):
            what = "specified new message content and reply markup are exactly the same as a current content"
            raise bad(f"message is not modified: {what} and reply markup of the message")
        if "message_id" not in body:
            body |= self._head(self._person(chat_id)[0], self._bot)
        number = body["message_id"]
        self.messages[chat_id, number] = body
        self._written[chat_id, number] = text or self._written.get((chat_id, number), "")
        mode = fields.get("parse_mode")
        await self._record(Sent(call.method, chat_id, number, text, mode, buttons, fields, plain, name, content))
        return body

    async def _api_delete_message(self, call: Call) -> bool:
        chat_id, number = self._chat(call), int(call.fields.get("message_id", 0))
        if self.messages.pop((chat_id, number), None) is None:
            raise bad("message to delete not found")
        return await self._record(Sent(call.method, chat_id, number, raw=call.fields))

    async def _api_answer_callback_query(self, call: Call) -> bool:
        query_id, text = call.fields.get("callback_query_id", ""), call.fields.get("text", "")
        if query_id in self.stale_queries or query_id not in self._queries:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(text) > 200:
            raise bad("MESSAGE_TOO_LONG")
        return await self._record(Sent(call.method, self._queries[query_id], text=text, raw=call.fields, plain=text))

    async def _api_send_chat_action(self, call: Call) -> bool:
        chat_id = self._chat(call)
        if call.fields.get("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        return await self._record(Sent(call.method, chat_id, raw=call.fields))

    async def _api_set_my_commands(self, call: Call) -> bool:
        commands = read_commands(call.fields.get("commands", ""))
        self.commands[self._scope(call)] = commands
        return await self._record(Sent(call.method, raw=call.fields))

    async def _api_get_my_commands(self, call: Call) -> list[Json]:
        commands = self.commands.get(self._scope(call), [])
        return [{"command": command, "description": description} for command, description in commands]

    async def _api_delete_my_commands(self, call: Call) -> bool:
        self.commands.pop(self._scope(call), None)
        return await self._record(Sent(call.method, raw=call.fields))

    def _scope(self, call: Call) -> tuple[str | int, ...]:
        scope = read_scope(call.fields.get("scope", ""))
        if scope[0] in self.unknown_scopes:
            raise bad("can't parse BotCommandScope: Unsupported type specified")
        if self.unknown_chats & {*scope[1:2]}:
            raise bad("chat not found")
        return *scope, call.fields.get("language_code", "")

    async def _api_set_my_description(self, call: Call) -> bool:
        for key, limit in (("description", 512), ("short_description", 120)):
            if len(call.fields.get(key, "")) > limit:
                raise bad(f"{key.replace('_', ' ')} is too long")
        return await self._record(Sent(call.method, raw=call.fields))

    # These check nothing more.
    _api_set_my_short_description = _api_set_my_description
    _api_set_chat_menu_button = _api_log_out = _api_close = _api_set_my_description

    async def _api_get_file(self, call: Call) -> Json:
        file_id = call.fields.get("file_id", "")
        if file_id not in self._files:
            raise bad("invalid file_id")
        path, size, _ = self._files[file_id]
        if size > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size, "file_path": path}

    # What they share.

    async def _record(self, sent: Sent) -> bool:
        async with self._changed:
            self.sent.append(sent)
            self._changed.notify_all()
        return True

    def _chat(self, call: Call) -> int:
        raw = call.fields.get("chat_id", "")
        if not re.fullmatch(r"-?\d+", raw) or int(raw) in self.unknown_chats:
            raise bad("chat not found" if raw else "chat_id is empty")
        if int(raw) in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return int(raw)

    def _limit_rate(self, chat_id: int) -> None:
        now, times = self.clock(), self._times[chat_id]
        while times and now - times[0] >= 1:
            times.popleft()
        if self.max_per_second_per_chat is not None and len(times) >= self.max_per_second_per_chat:
            raise too_many(1)
        times.append(now)

    def _person(self, chat_id: int) -> tuple[Json, Json]:
        return self._people.get(chat_id) or self._meet(chat_id)

    def _meet(
        self, chat_id: int, user_id: int | None = None, language: str | None = "zh-hans", kind: str = ""
    ) -> tuple[Json, Json]:
        number = user_id or abs(chat_id)
        user: Json = {"id": number, "is_bot": False, "first_name": f"User {number}"}
        user |= {"language_code": language} if language else {}
        chat = {"id": chat_id, "type": kind or ("private" if chat_id > 0 else "supergroup")}
        chat["first_name" if chat["type"] == "private" else "title"] = f"Chat {chat_id}"
        self._people[chat_id] = chat, user
        return chat, user

    def _head(self, chat: Json, sender: Json) -> Json:
        self._next_message += 1
        return {"message_id": self._next_message - 1, "date": int(time.time()), "chat": chat, "from": sender}

    def _posts(self, chat_id: int, **content: Any) -> int:
        return self.update({"message": self._head(*self._person(chat_id)) | content})

    def _new_file(self, name: str, size: int, content: bytes | None = None) -> Json:
        file_id, size = f"file{len(self._files) + 1}", size if content is None else len(content)
        plain = re.sub(r"[^\w.-]", "_", name)[-60:]
        self._files[file_id] = f"files/{file_id}/{plain}", size, content
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size}


def _filled(**fields: str | None) -> Json:
    """The fields that have a value."""
    return {key: value for key, value in fields.items() if value}


def _commands(text: str) -> list[Json]:
    """The entities of the commands in a text, measured in UTF-16 code units."""
    found = re.finditer(r"(?<!\S)/\w{1,32}(?:@\w+)?", text, re.ASCII)
    before = [(len(text[: one.start()].encode("utf-16-le")) // 2, len(one[0])) for one in found]
    return [{"type": "bot_command", "offset": offset, "length": length} for offset, length in before]


def _chat_of(body: Json) -> int | None:
    """The chat an update is about."""
    for part in (part for part in body.values() if isinstance(part, dict)):
        for holder in (part, part.get("message")):
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return int(chat["id"])
    return None
