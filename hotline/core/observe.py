"""Logs and metrics: structured lines with the ids of request, task or call bound to them; Prometheus counters."""

import logging
import os
import sys

import structlog
from prometheus_client import Counter, Histogram

REQUESTS = Histogram(
    "hotline_http_seconds", "HTTP requests by route and status", ["route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)  # fmt: skip
MOVES = Counter("hotline_case_moves_total", "Moves of cases by action", ["action"])
CALLS = Counter("hotline_calls_total", "Calls by outcome", ["outcome"])
OUTBOX_FAILURES = Counter("hotline_outbox_failures_total", "Failed deliveries by handler", ["handler"])


def configure(process: str, *, colour: bool | None = None) -> None:
    """One line per log entry: coloured for people at a terminal, JSON for machines."""
    at_terminal = sys.stderr.isatty() or "FORCE_COLOR" in os.environ
    coloured = at_terminal if colour is None else colour
    rendering: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=True)]
        if coloured
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        lambda _, __, entry: {"process": process, **entry},
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
