"""What only a demo house shows: the SMS that were "sent". In production this address does not exist."""

from flask import Blueprint, render_template

from hotline.adapters import sms
from hotline.core.errors import NotFound
from hotline.core.settings import Mode
from web.citizen.words import day_time
from web.edge import house, open_uow

bp = Blueprint("demo", __name__)


@bp.get("/demo/sms")
def sent_sms() -> str:
    if house().settings.mode is not Mode.DEMO:
        raise NotFound()
    with open_uow() as uow:
        messages = [
            {"when": day_time(row.at), "to": row.to, "text": row.text, "refused": row.refused}
            for row in sms.latest(uow)
        ]
    return render_template("demo_sms.html", messages=messages)
