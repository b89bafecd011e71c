"""What stops a command before it can do its work: one sentence in Chinese, one in English, no traceback.

Raised by the commands and by what they start (PostgreSQL, certificate, ports); shown by `hotline.cli`.
"""


class Trouble(Exception):
    """Says what is wrong and what the reader of the terminal should do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en

    def __str__(self) -> str:
        return f"{self.zh}\n{self.en}"
