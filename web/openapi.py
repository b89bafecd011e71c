"""`python -m web.openapi` prints the OpenAPI document; needs no database."""

import json
import sys

from hotline.core import house
from hotline.core.settings import Settings
from web.app import create_app


def document() -> dict[str, object]:
    settings = Settings(database_url="postgresql://localhost/none", secret_key="document-only-" * 4)
    return dict(create_app(house.build(settings, routes={})).api_doc)


if __name__ == "__main__":
    json.dump(document(), sys.stdout, ensure_ascii=False, indent=1)
