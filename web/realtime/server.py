"""The live line to the consoles: WebSocket only, opened by the session cookie.

Server → client: `event` (see `feed`), `gap` (too much was missed: fetch everything again). Client → server: `watch`
and `unwatch` with `case:<id>`, answered by {ok, message}. A socket closes when its session ends; the open line of a
signed-in seat counts as activity, because an agent's work is also to wait for calls (GB/T 22239 ends idle sessions).
"""

from threading import Thread
from typing import Any, NamedTuple

import structlog
from flask import Flask, request, session
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO, emit, join_room, leave_room

from hotline.accounts import login
from hotline.core.errors import DomainError, Unauthenticated
from hotline.core.house import House
from hotline.core.identity import citizen
from telephony import seats
from web import edge
from web.realtime import rooms
from web.realtime.feed import Feed, replay

log = structlog.get_logger()
CHECK_SESSIONS_S = 30.0
MAX_MESSAGE_BYTES = 4096
MAX_CURSOR = 2**63 - 1


class Held(NamedTuple):
    """Whose socket this is."""

    token: str
    user_id: int


class Line:
    """All sockets of one process, with the feed that speaks to them."""

    def __init__(self, app: Flask, house: House) -> None:
        self.house = house
        self.held: dict[str, Held] = {}
        self.sockets = SocketIO(
            app,
            async_mode="threading",
            transports=["websocket"],
            manage_session=False,
            max_http_buffer_size=MAX_MESSAGE_BYTES,
            ping_interval=20,
            ping_timeout=20,
        )
        app.wsgi_app = WithoutDeflate(app.wsgi_app)  # type: ignore[method-assign]
        self.feed = Feed(house, self.send)
        self.sockets.on_event("connect", self.connect)
        self.sockets.on_event("disconnect", self.disconnect)
        self.sockets.on_event("watch", self.watch)
        self.sockets.on_event("unwatch", self.unwatch)

    def start(self) -> None:
        Thread(target=self.feed.run, name="feed", daemon=True).start()
        Thread(target=self.close_ended_sessions, name="sessions", daemon=True).start()

    def send(self, message: dict[str, Any], to: list[str]) -> None:
        self.sockets.emit("event", message, to=to)

    def connect(self, auth: Any = None) -> None:
        token = session.get(edge.TOKEN)
        ip = request.remote_addr or "unknown"
        try:
            actor = edge.identify(token, ip)
        except Unauthenticated as refused:
            raise Refused(refused.message) from refused
        with self.house.open_uow(actor) as uow:
            own = rooms.standing(uow)
        for room in own:
            join_room(room)
        self.held[request.sid] = Held(str(token), actor.user_id or 0)  # type: ignore[attr-defined]
        self._bring_up_to_date(auth, own)

    def _bring_up_to_date(self, auth: Any, own: list[str]) -> None:
        after = auth.get("after") if isinstance(auth, dict) else None
        if not isinstance(after, int) or not 0 < after < MAX_CURSOR:
            return
        with self.house.sessions() as reading:
            missed, whole = replay(reading, after, own)
        for message in missed:
            emit("event", message)
        if not whole:
            emit("gap", {})

    def disconnect(self, reason: Any = None) -> None:
        self.held.pop(request.sid, None)  # type: ignore[attr-defined]

    def watch(self, room: Any = None) -> dict[str, Any]:
        """Hear the events of one case, if its door opens."""
        if not rooms.is_case_room(room):
            return {"ok": False, "message": "没有这个频道"}
        try:
            held = self.held.get(request.sid)  # type: ignore[attr-defined]
            actor = edge.identify(held.token if held else None, request.remote_addr or "unknown")
            with self.house.open_uow(actor) as uow:
                rooms.admit(uow, room)
        except DomainError as refused:
            return {"ok": False, "message": refused.message}
        join_room(room)
        return {"ok": True, "message": ""}

    def unwatch(self, room: Any = None) -> dict[str, Any]:
        if rooms.is_case_room(room):
            leave_room(room)
        return {"ok": True, "message": ""}

    def close_ended_sessions(self) -> None:
        """Revoked and expired sessions lose their sockets within `CHECK_SESSIONS_S`."""
        while not self.feed.stop.wait(CHECK_SESSIONS_S):
            try:
                self.close_ended_once()
            except Exception:
                log.exception("realtime.session_check_failed")

    def close_ended_once(self) -> None:
        held = dict(self.held)
        with self.house.open_uow(citizen()) as uow:
            at_work = seats.at_work(uow, {owner.user_id for owner in held.values()})
            login.note_activity(uow, {owner.token for owner in held.values() if owner.user_id in at_work})
            live = login.still_open(uow, {owner.token for owner in held.values()})
        for sid, owner in held.items():
            if owner.token not in live:
                self.sockets.server.disconnect(sid)


class WithoutDeflate:
    """Takes the client's offer of compression away: it would cost half the CPU for messages of 100 bytes."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return self.inner(environ, start_response)
