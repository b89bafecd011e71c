"""The six digits that a citizen needs beside the case number.

They are stored nowhere: they follow from the salt of the case by the key of the house, so that a copy of the database
opens no case, and an SMS that was lost can be sent again.
"""

import os

from dispatch.models_case import Case
from hotline.core.privacy import Vault

_SALT_BYTES = 16


def new_salt() -> bytes:
    return os.urandom(_SALT_BYTES)


def code_of(vault: Vault, case: Case) -> str:
    return vault.digits("query_code", case.query_salt)
