"""What happens in the knowledge base; heard by those who keep it."""

from dataclasses import dataclass

from hotline.core.events import Event


@dataclass(frozen=True, kw_only=True)
class KnowledgeChanged(Event):
    """Something to write, to decide or to settle has changed: look again."""

    name = "knowledge.changed"
    article_id: int | None

    def rooms(self) -> tuple[str, ...]:
        return ("role:knowledge_editor", "role:knowledge_approver")
