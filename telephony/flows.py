"""The flow of a call before a person, as data: `flow.toml`, or the city's own in the data folder. Pure.

`problems` finds what would leave a caller in a dead end; a flow that has any is refused and the shipped one is used,
so that a bad file never makes the hotline dumb. `python -m telephony.flows [FILE]` checks one.
"""

import logging
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from telephony.prompts.book import texts

log = logging.getLogger(__name__)

SHIPPED = Path(__file__).with_name("flow.toml")
HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
Prompts = tuple[str, ...]
WaitS = Annotated[int, Field(ge=2, le=300)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QueueStep(_Part):
    """The end of the flow: wait for a person."""

    kind: Literal["queue"]
    queue: str
    say: Prompts = ()

    def exits(self) -> tuple[str, ...]:
        return ()


class MenuStep(_Part):
    """One key; none, or one that means nothing, leads on to `otherwise`."""

    kind: Literal["menu"]
    say: Prompts
    keys: dict[Annotated[str, Field(pattern=r"^[0-9*]$")], str] = Field(min_length=1)
    otherwise: str
    wait_s: WaitS = 5

    def exits(self) -> tuple[str, ...]:
        return (*self.keys.values(), self.otherwise)


class ProgressStep(_Part):
    """Digits of a case number, `#`, query code, `#`: the state of the case is spoken. Two tries."""

    kind: Literal["progress"]
    say: Prompts
    then: str
    otherwise: str
    wait_s: WaitS = 20

    def exits(self) -> tuple[str, ...]:
        return (self.then, self.otherwise)


class VoicemailStep(_Part):
    """The caller speaks until `#`, hangs up or the time is over."""

    kind: Literal["voicemail"]
    say: Prompts
    wait_s: WaitS = 120

    def exits(self) -> tuple[str, ...]:
        return ()


class GoodbyeStep(_Part):
    kind: Literal["goodbye"]

    def exits(self) -> tuple[str, ...]:
        return ()


Step = Annotated[
    QueueStep | MenuStep | ProgressStep | VoicemailStep | GoodbyeStep, Field(discriminator="kind")
]


class Hours(_Part):
    workday: str
    holiday: str

    @field_validator("workday", "holiday")
    @classmethod
    def _is_span(cls, value: str) -> str:
        if not HOURS.fullmatch(value):
            raise ValueError("应写作 08:00-22:00")
        return value

    def open_at(self, now: datetime, *, workday: bool) -> bool:
        """`now` local; an end before the beginning is on the next day."""
        start, _, end = (self.workday if workday else self.holiday).partition("-")
        time = f"{now:%H:%M}"
        return start <= time < end if start < end else time >= start or time < end


class Start(_Part):
    open: str
    night: str
    holiday: str

    def exits(self) -> tuple[str, ...]:
        return (self.open, self.night, self.holiday)


class Flow(_Part):
    say_work_no: bool = True
    ask_rating: bool = False
    hours: Hours
    start: Start
    steps: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Step]

    @property
    def always_open(self) -> bool:
        return self.hours.workday == self.hours.holiday == "00:00-24:00"


def read(file: Path) -> Flow:
    return Flow.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def load(data_dir: Path) -> Flow:
    """The city's own flow where there is a sound one, otherwise the shipped one."""
    own = data_dir / "flow.toml"
    if own.exists():
        found = faults(own)
        if not found:
            return read(own)
        log.warning("flow.toml is not used: %s", "；".join(found))
    return read(SHIPPED)


def faults(file: Path) -> list[str]:
    """Everything that is wrong with a file, in the words of whoever wrote it."""
    try:
        flow = read(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        return [f"无法读取：{unreadable}"]
    except ValidationError as wrong:
        return [f"{'.'.join(map(str, one['loc']))}：{one['msg']}" for one in wrong.errors(include_url=False)]
    return list(problems(flow, texts()))


def problems(flow: Flow, prompts: Iterable[str]) -> Iterator[str]:
    """Exits that lead nowhere, circles without a way out, menus behind menus, words that nobody has recorded."""
    known = set(prompts)
    for name, step in flow.steps.items():
        for target in step.exits():
            if target not in flow.steps:
                yield f"步骤 {name} 指向不存在的步骤 {target}"
            elif isinstance(step, MenuStep) and isinstance(flow.steps[target], MenuStep):
                yield f"步骤 {name} 之后又是菜单 {target}：最多一级菜单"
        for prompt in getattr(step, "say", ()):
            if prompt not in known:
                yield f"步骤 {name} 的语音 {prompt} 不存在"
    for target in flow.start.exits():
        if target not in flow.steps:
            yield f"入口指向不存在的步骤 {target}"
    ending = _ending(flow)
    for name in flow.steps:
        if name not in ending:
            yield f"步骤 {name} 没有出口，来电人走不出去"


def _ending(flow: Flow) -> set[str]:
    """Steps all of whose ways come to an end: a caller who presses what he likes is never kept in a circle."""
    ending: set[str] = set()
    while True:
        more = {name for name, step in flow.steps.items() if set(step.exits()) <= ending} - ending
        if not more:
            return ending
        ending |= more


def main(arguments: list[str]) -> int:
    found = faults(Path(arguments[0]) if arguments else SHIPPED)
    print("\n".join(found) or "流程没有问题。")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
