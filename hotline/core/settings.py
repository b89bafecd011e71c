"""All settings of the house: `HOTLINE_*` environment variables first, then `hotline.toml`, then these defaults.

Read once per process by an entry point and handed down; nothing else reads the environment.
"""

import os
import secrets
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Mode(StrEnum):
    DEMO = "demo"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """One typed object; a wrong value fails at start with the name of the setting."""

    model_config = SettingsConfigDict(
        env_prefix="HOTLINE_", toml_file="hotline.toml", extra="ignore", frozen=True, env_ignore_empty=True
    )

    mode: Mode = Mode.DEMO
    data_dir: Path = Path("hotline-data")
    database_url: str | None = Field(None, description="PostgreSQL ≥ 15; absent: the embedded server")
    broker_url: str | None = Field(None, description="Celery broker; absent: a queue in the same database")
    http_bind: str = "127.0.0.1:8012"
    public_url: str | None = Field(
        None, description="what citizens type, for SMS texts; absent: from http_bind"
    )
    web_processes: int = Field(
        default_factory=lambda: min(max((os.cpu_count() or 1) - 1, 1), 4),
        ge=1,
        le=64,
        description="each carries up to 300 open consoles; absent: one a core but one, at most 4",
    )
    web_threads: int = Field(100, ge=8, le=1000, description="per process: its open consoles and 60 more")
    sip_bind: str = "127.0.0.1:5060"
    sip_workers: int = Field(1, ge=1, le=256)
    caller_silent_s: int = Field(
        30, ge=2, description="a caller whose line sends nothing for so long is lost; hold does not count"
    )
    worker_hang_s: float = Field(5, ge=1, description="a SIP worker that stands still so long ends itself")
    calls_per_worker: int = Field(4, ge=1, le=64)
    rtp_port: int = Field(20_000, ge=1024, le=60_000, description="first UDP port for telephone sound")
    sip_trunk: str | None = Field(
        None, description="host:port of the carrier's trunk; absent: no calls to the outside"
    )
    sip_tls_bind: str | None = Field(
        None, description="host:port at which the edge takes SIP over TLS, with tls_cert and tls_key"
    )
    rtp_relay: str | None = Field(
        None,
        description="udp:host:port of an rtpengine, which carries the sound at the edge and speaks SRTP; absent: "
        "sound goes to the workers' own addresses",
    )
    sip_sources: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="addresses that may bring calls to the edge, with commas between; empty: everybody"
    )
    sip_flood_limit: int = Field(
        60, ge=1, description="requests from one source in 2 s that the edge still hears"
    )
    outside_calls: int = Field(20, ge=0, description="calls to the outside at once, against toll fraud")
    desk_phone_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="hosts of desk phones beside private addresses, with commas between"
    )
    turn_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="turn:host:3478?transport=udp, … for browsers outside the office network"
    )
    turn_secret: SecretStr | None = Field(None, description="static-auth-secret of coturn")
    webrtc_addresses: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="host addresses offered to browsers, with commas between; empty: all found"
    )
    secret_key: SecretStr | None = Field(None, description="root of all keys; demo makes its own in data_dir")
    drill_clock: str | None = Field(
        None, description="2026-09-18T16:00+08:00,x600: simulated time for training"
    )
    number_prefix: str = Field("LY", pattern=r"^[A-Z]{2}$", description="first letters of every case number")
    rate_storage_url: str = Field(
        "house://", description="where web processes count requests together: the database, or redis://…"
    )
    unit_second_factor: bool = Field(
        False, description="people of units sign in with a one-time code (TOTP) beside the password"
    )
    trusted_proxies: int = Field(0, ge=0, le=8, description="reverse proxies in front whose headers are true")
    tls_cert: Path | None = None
    tls_key: Path | None = None
    recordings_kept_days: int = Field(1095, ge=30, description="older sound is deleted, its record stays")
    score_basic: float = Field(0.6, ge=0, le=1, description="weight of 基本满意 in 满意率")
    score_partly: float = Field(0.5, ge=0, le=1, description="weight of 部分解决 in 解决率")
    score_three_rates: Annotated[tuple[float, float, float], NoDecode] = Field(
        (30, 35, 35), description="weights of 响应, 解决, 满意 in the composite, with commas between"
    )
    score_smoothing: float = Field(20, ge=0, description="k of the smoothed rate by which units are ranked")
    middle_number_url: SecretStr | None = Field(
        None,
        description="https://…, asked for a middle number (虚拟号码) to ring a citizen; absent: not offered",
    )
    middle_number_token: SecretStr | None = Field(None, description="bearer token of that service")
    document_font: Path | None = Field(
        None,
        description="a .ttf, .ttc or .otf with Chinese characters for PDF files; absent: the system's own",
    )
    sms_url: SecretStr | None = Field(
        None, description="https://… (gateway) or smpp://system:password@host:port; absent: only stored"
    )
    sms_token: SecretStr | None = Field(None, description="bearer token of the HTTP gateway")
    sms_from: str = Field("12345", description="the sender that citizens see")
    sms_signature: str = Field("【12345热线】", description="put before every text, as carriers demand")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator(
        "webrtc_addresses", "desk_phone_hosts", "turn_urls", "sip_sources", "score_three_rates", mode="before"
    )
    @classmethod
    def _with_commas(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part for piece in value.strip("[]").split(",") if (part := piece.strip(" \"'")))

    @field_validator("webrtc_addresses")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            try:
                ip_address(address)
            except ValueError as wrong:
                raise ValueError(f"“{address}”不是 IP 地址，多个地址之间用逗号分隔") from wrong
        return value

    @field_validator("score_three_rates")
    @classmethod
    def _weigh_something(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if min(value) < 0 or sum(value) <= 0:
            raise ValueError("三率权重不能为负，且不能全为 0")
        return value

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.mode is Mode.PRODUCTION:
            if self.secret_key is None or len(self.secret_key.get_secret_value()) < 32:
                raise ValueError("生产模式必须设置 HOTLINE_SECRET_KEY（至少 32 个字符）")
            if self.drill_clock:
                raise ValueError("生产模式不能使用演练时钟 HOTLINE_DRILL_CLOCK")
        return self

    @property
    def base_url(self) -> str:
        """What people type to reach the house, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        scheme = "https" if self.tls_cert else "http"
        host, _, port = self.http_bind.rpartition(":")
        here = "127.0.0.1" if host in ("0.0.0.0", "[::]") else host  # noqa: S104 - compared, not bound
        return f"{scheme}://{here}:{port}"

    @cached_property
    def root_secret(self) -> bytes:
        """The secret that all keys derive from; a demo house keeps its own in `data_dir/secret.key`."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        path = self.data_dir / "secret.key"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(path, "x", opener=_private) as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_bytes()

    def drill(self) -> tuple[datetime, float] | None:
        """Start of simulated time and its speed, from `<ISO instant>,x<factor>`."""
        if self.drill_clock is None:
            return None
        start, _, factor = self.drill_clock.partition(",x")
        return datetime.fromisoformat(start), float(factor or 1)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
