"""Loading the vocabularies of plans/vocabularies/ into the database."""

import yaml
from sqlalchemy.dialects.postgresql import insert

from taskforce.db import Session
from taskforce.models import VocabularyTerm
from taskforce.settings import project_folder

FILES = {
    "capability": "capabilities",
    "target_group": "target_groups",
    "kind": "kinds",
    "cost_type": "cost_types",
}


async def load_vocabularies(session: Session) -> int:
    """Add the terms that are missing and say how many; what an editor changed stays as it is."""
    rows = []
    for vocabulary, name in FILES.items():
        text = (project_folder("plans") / "vocabularies" / f"{name}.yaml").read_text(encoding="utf-8")
        for position, entry in enumerate(yaml.safe_load(text)["terms"]):
            code = str(entry["code"])
            rows.append(
                {
                    "id": f"{vocabulary}:{code}",
                    "vocabulary": vocabulary,
                    "code": code,
                    "label": entry["label"],
                    "group": entry.get("group"),
                    "source": entry.get("source"),
                    "position": position,
                }
            )
    statement = insert(VocabularyTerm).on_conflict_do_nothing().returning(VocabularyTerm.id)
    return len((await session.scalars(statement, rows)).all())
