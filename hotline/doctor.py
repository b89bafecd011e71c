"""`hotline doctor`: every part that a house needs, whether it is there, and what to do where it is not.

Each check answers with findings; `BAD` stops the house or loses something, `WARN` stops a part of it or the tests.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from kombu.exceptions import OperationalError
from sqlalchemy import Engine, func, select, text

from classifier import store
from dispatch import pdf_pages
from dispatch.deadlines import book_of
from dispatch.models_clock import Deadline
from hotline import broker, opening, preflight, tls
from hotline.core import house
from hotline.core.clock import SystemClock, local_date
from hotline.core.events import OutboxRow
from hotline.core.settings import Mode, Settings
from hotline.desk import brain
from hotline.migrations import run as migrations
from hotline.trouble import Trouble

PROJECT = Path(__file__).parent.parent
EXPIRES_SOON = timedelta(days=30)
MIN_POSTGRES = 150000


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    level: Level
    part: str
    text: str
    remedy: str = ""


Findings = Iterator[Finding]


def examine(settings: Settings) -> Findings:
    """All findings, machine first, then the running house; nothing is changed."""
    now = SystemClock().now()
    for check in (
        python,
        console,
        prompts,
        tests,
        data_dir,
        ports,
        secrets,
        sms_gateway,
        document_font,
        webrtc,
    ):
        yield from check(settings)
    yield from certificate(settings, now)
    yield from database(settings, now)


def python(settings: Settings) -> Findings:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info < (3, 13):
        yield Finding(Level.OK, "Python", version)
    else:
        yield Finding(Level.BAD, "Python", version, "安装 Python 3.11 或 3.12,然后 make clean run")


def console(settings: Settings) -> Findings:
    if (PROJECT / "web/console/dist/index.html").exists():
        yield Finding(Level.OK, "工作台 console", "已构建 / built")
    else:
        yield Finding(Level.BAD, "工作台 console", "未构建 / not built", "make console")


def prompts(settings: Settings) -> Findings:
    from telephony.prompts import book

    missing = [name for name in (*book.texts(), book.MUSIC) if not (book.SHIPPED / f"{name}.wav").exists()]
    if missing:
        remedy = "python -m telephony.prompts.make"
        yield Finding(Level.BAD, "语音提示 prompts", f"缺 {len(missing)} 个:{', '.join(missing[:5])}", remedy)
    else:
        yield Finding(Level.OK, "语音提示 prompts", "齐全 / complete")


def document_font(settings: Settings) -> Findings:
    try:
        font = pdf_pages.font_file(settings.document_font)
    except pdf_pages.FontMissing:
        remedy = "apt-get install fonts-wqy-zenhei"
        yield Finding(Level.WARN, "文书字体 font", "没有中文字体,督办文书不能生成 PDF", remedy)
    else:
        yield Finding(Level.OK, "文书字体 font", str(font))


def tests(settings: Settings) -> Findings:
    needed = (
        ("sipp", "sip-tester"),
        ("chromium", "chromium"),
        ("espeak-ng", "espeak-ng"),
        ("kamailio", "kamailio kamailio-tls-modules"),
        ("rtpengine", "rtpengine-daemon"),
    )
    for command, package in needed:
        if shutil.which(command):
            yield Finding(Level.OK, f"测试 tests: {command}", "已安装 / installed")
        else:
            yield Finding(Level.WARN, f"测试 tests: {command}", "未安装", f"apt-get install {package}")
    fonts = shutil.which("fc-list")
    listed = (
        subprocess.run([fonts, ":lang=zh", "family"], capture_output=True, check=False).stdout
        if fonts
        else b""
    )
    if listed.strip():
        yield Finding(Level.OK, "中文字体 Chinese font", "已安装 / installed")
    else:
        remedy = "apt-get install fonts-wqy-zenhei fontconfig"
        yield Finding(Level.WARN, "中文字体 Chinese font", "未找到:浏览器测试与截图需要", remedy)


def data_dir(settings: Settings) -> Findings:
    try:
        preflight.usable_dir(settings.data_dir)
    except Trouble as trouble:
        yield Finding(Level.BAD, "数据目录 data", trouble.zh, trouble.en)
        return
    free_gb = shutil.disk_usage(settings.data_dir).free / 2**30
    level = Level.OK if free_gb >= 5 else Level.WARN
    remedy = "" if free_gb >= 5 else "录音每小时约 15 MB:请扩充磁盘或清理"
    yield Finding(level, "数据目录 data", f"{settings.data_dir.absolute()},可用 {free_gb:.1f} GB", remedy)


def ports(settings: Settings) -> Findings:
    try:
        preflight.only_instance(settings.data_dir).close()
    except (Trouble, OSError):
        yield Finding(Level.OK, "端口 ports", "热线正在运行 / the house is up")
        return
    for bind, setting, protocol in (
        (settings.http_bind, "HOTLINE_HTTP_BIND", "tcp"),
        (settings.sip_bind, "HOTLINE_SIP_BIND", "udp"),
    ):
        try:
            preflight.free_port(bind, setting, protocol)  # type: ignore[arg-type]
            yield Finding(Level.OK, "端口 ports", f"{bind}/{protocol} 空闲 / free")
        except Trouble as trouble:
            yield Finding(Level.BAD, "端口 ports", trouble.zh, trouble.en)


def secrets(settings: Settings) -> Findings:
    if settings.mode is Mode.PRODUCTION:
        yield Finding(Level.OK, "密钥 secret key", "由 HOTLINE_SECRET_KEY 设置;请另行保管一份")
    elif settings.secret_key is None:
        yield Finding(Level.OK, "密钥 secret key", "演示模式自制 / made by the demo house")


def sms_gateway(settings: Settings) -> Findings:
    if settings.sms_url is not None:
        yield Finding(Level.OK, "短信 SMS", settings.sms_url.get_secret_value().partition(":")[0])
    elif settings.mode is Mode.PRODUCTION:
        yield Finding(Level.WARN, "短信 SMS", "未设置网关,短信只存不发", "设置 HOTLINE_SMS_URL")
    else:
        yield Finding(Level.OK, "短信 SMS", "演示:只存不发,见 /demo/sms")


def webrtc(settings: Settings) -> Findings:
    addresses = settings.webrtc_addresses
    mine = {str(name.value) for name in tls.machine_names()}
    foreign = [address for address in addresses if address not in mine]
    if foreign:
        remedy = "改 HOTLINE_WEBRTC_ADDRESSES;经 NAT 时可忽略"
        yield Finding(Level.WARN, "浏览器音频 WebRTC", f"本机没有地址 {', '.join(foreign)}", remedy)
    else:
        shown = ", ".join(addresses) or "自动 / all found"
        yield Finding(Level.OK, "浏览器音频 WebRTC", shown)
    host, _ = preflight.address(settings.http_bind, "HOTLINE_HTTP_BIND")
    if (
        not host.startswith(("127.", "::1", "localhost"))
        and not settings.tls_cert
        and not settings.trusted_proxies
    ):
        remedy = "hotline up --tls,或在前面放 nginx(deploy/nginx.conf)"
        yield Finding(Level.WARN, "浏览器音频 WebRTC", "没有 HTTPS,其他电脑的浏览器不给麦克风", remedy)


def certificate(settings: Settings, now: datetime) -> Findings:
    if settings.tls_cert is None:
        return
    if not settings.tls_cert.exists() or settings.tls_key is None or not settings.tls_key.exists():
        yield Finding(
            Level.BAD, "证书 certificate", f"找不到 {settings.tls_cert} 或其私钥", "检查 HOTLINE_TLS_CERT/KEY"
        )
        return
    left = tls.expires_at(settings.tls_cert) - now
    level = Level.BAD if left < timedelta() else Level.WARN if left < EXPIRES_SOON else Level.OK
    yield Finding(
        level, "证书 certificate", f"还有 {left.days} 天到期", "" if level is Level.OK else "更换证书"
    )


def database(settings: Settings, now: datetime) -> Findings:
    try:
        with ExitStack() as stack:
            complete = stack.enter_context(opening.database(settings))
            built = stack.enter_context(opening.open_house(complete, with_tables=False))
            yield from _database(built, now)
    except Trouble as trouble:
        yield Finding(Level.BAD, "数据库 PostgreSQL", trouble.zh, trouble.en)


def _database(built: house.House, now: datetime) -> Findings:
    with built.engine.connect() as connection:
        version = int(connection.scalar(text("show server_version_num")) or 0)
    if version < MIN_POSTGRES:
        yield Finding(
            Level.BAD, "数据库 PostgreSQL", f"版本 {version // 10000}", "升级到 PostgreSQL 15 或更高"
        )
        return
    yield Finding(Level.OK, "数据库 PostgreSQL", f"版本 {version // 10000}")
    if not migrations.at_head(built.engine):
        yield Finding(Level.BAD, "数据结构 schema", "不是本版本的结构 / not at head", "hotline migrate")
        return
    yield Finding(Level.OK, "数据结构 schema", "最新 / at head")
    yield from _broker(built.engine, built.settings)
    yield from _contents(built, now)


def _broker(engine: Engine, settings: Settings) -> Findings:
    if settings.broker_url:
        yield _foreign_broker(settings, settings.broker_url)
        return
    with engine.connect() as connection:
        installed = connection.scalar(text("select to_regnamespace('pgmq') is not null"))
    if installed:
        yield Finding(Level.OK, "任务队列 broker", "pgmq,在数据库内 / in the database")
    else:
        yield Finding(Level.BAD, "任务队列 broker", "队列未安装", "hotline migrate")


def _foreign_broker(settings: Settings, url: str) -> Finding:
    try:
        with broker.make_app("doctor", settings).connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except (OperationalError, OSError) as lost:
        return Finding(Level.BAD, "任务队列 broker", f"连不上:{lost}", "检查 HOTLINE_BROKER_URL")
    return Finding(Level.OK, "任务队列 broker", url.partition(":")[0])


def _contents(built: house.House, now: datetime) -> Findings:
    next_year = local_date(now).year + 1
    with built.sessions() as session:
        provisional = book_of(session).calendar.year_is_provisional(next_year)
        given_up = session.scalar(
            select(func.count()).select_from(OutboxRow).where(OutboxRow.given_up_at.is_not(None))
        )
        stuck = session.scalars(select(Deadline.trouble).where(Deadline.trouble.is_not(None)).limit(20)).all()
    if provisional:
        remedy = "国务院办公厅通知发布后(通常 11 月)导入:hotline import calendar 文件.csv"
        yield Finding(Level.WARN, "工作日历 calendar", f"{next_year} 年暂按推算", remedy)
    else:
        yield Finding(Level.OK, "工作日历 calendar", f"{next_year} 年已定")
    yield _model(built.settings)
    if stuck:
        remedy = "计时步骤执行失败,每 10 分钟重试;请按原因处理"
        yield Finding(Level.WARN, "计时器 timers", f"{len(stuck)} 项失败,如:{stuck[0]}", remedy)
    if given_up:
        remedy = "查看表 outbox 的 last_error,修复后清空 given_up_at 即重新投递"
        yield Finding(Level.WARN, "后台任务 outbox", f"{given_up} 项多次失败后放弃", remedy)


def _model(settings: Settings) -> Finding:
    """Whether the model opens; without one the lists answer alone."""
    where = brain.folder(settings)
    try:
        facts = store.load(where).facts
    except store.ModelDamaged as damaged:
        if store.current(where) is None:
            return Finding(
                Level.WARN, "智能建议 model", "尚未训练,只按清单建议 / not trained yet", "hotline train"
            )
        return Finding(Level.BAD, "智能建议 model", f"模型损坏 / damaged: {damaged}", "hotline train")
    return Finding(
        Level.OK, "智能建议 model", f"{store.current(where)},{facts.get('examples')} 条样例 / examples"
    )


def worst(findings: list[Finding]) -> Level:
    order = list(Level)
    return max((finding.level for finding in findings), key=order.index, default=Level.OK)
