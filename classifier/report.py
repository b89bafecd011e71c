"""The evaluation report: a model card with its pictures as one HTML file that needs nothing else."""

from __future__ import annotations

from importlib import resources
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from classifier.pictures import TITLES, draw

FIELDS = {"category": "分类", "case_type": "类型", "unit": "承办单位", "urgency": "紧急程度"}


def render(card: dict[str, Any], name: str) -> str:
    template = resources.files("classifier").joinpath("report.html").read_text(encoding="utf-8")
    pictures = [(TITLES[key], Markup(svg)) for key, svg in draw(card).items()]  # noqa: S704 - drawn by us
    return (
        Environment(autoescape=True)
        .from_string(template)
        .render(card=card, name=name, fields=FIELDS, pictures=pictures)
    )
