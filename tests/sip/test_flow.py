"""Keys and messages for real: what a caller presses arrives, what he says after the tone is in the recording."""

from sqlalchemy import select

from hotline.core.identity import SYSTEM
from telephony import flows, recording_files, recordings
from telephony.models import CallBackRequest, CallState, Outcome, Recording, RecordingState
from tests.sip.conftest import Exchange
from tests.sip.line import eventually, strongest

OWN = (('open = "main"', 'open = "menu"'), ('"2" = "progress"', '"2" = "voicemail"'))


def test_callers_when_they_press_keys_then_one_reaches_a_person_and_one_leaves_a_message(exchange: Exchange):
    text = flows.SHIPPED.read_text(encoding="utf-8")
    for old, new in OWN:
        text = text.replace(old, new)
    (exchange.house.settings.data_dir / "flow.toml").write_text(text, encoding="utf-8")
    address = exchange.start_worker()
    agent = exchange.signed_in("1001")
    exchange.ring(address, number="13800138001", more=("--digits", "1"))
    call_id = exchange.offered_to(agent)
    assert exchange.call(call_id).flow_step == "menu:menu"

    telephone = exchange.ring(address, number="13800138002", hertz=700.0, more=("--digits", "2"))
    missed = select(CallBackRequest.id)
    eventually(lambda: strongest(telephone.heard(), 1_000.0) > 0.8)  # the tone: speak now
    assert exchange.look(missed) is None
    eventually(lambda: len(telephone.heard()) > 5 * 16_000)
    telephone.hang_up()
    eventually(lambda: exchange.look(missed))
    call = exchange.call(call_id + 1)
    assert (call.state, call.outcome) == (CallState.ENDED, Outcome.VOICEMAIL)
    recording = exchange.look(
        select(Recording).where(Recording.call_id == call.id, Recording.state == RecordingState.RAW)
    )
    final = exchange.does(SYSTEM, recordings.finalise, recording.id)
    settings, vault = exchange.house.settings, exchange.house.vault
    sound = recording_files.expand(recording_files.load(settings, vault, final.name))
    assert strongest(sound[:, 0], 700.0) > 0.8
