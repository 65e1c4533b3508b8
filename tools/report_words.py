"""Write the words that the twin's report shares with the screen: `python -m tools.report_words`."""

import json
from pathlib import Path

from asklepion.twin.engine.futures.words import FORESIGHT_KEYS
from asklepion.twin.engine.report.words import LANGUAGES
from asklepion.twin.engine.texts import CARDS, KEYS

ROOT = Path(__file__).parent.parent
SHOWN = ROOT / "src/asklepion/twin/engine/report/shown.json"
FILES = ("text", "scores/words", "futures/words")
KINDS = ("twin.input.", "twin.due.", "twin.future.", "twin.prevention.", "twin.card.horizon.",
         "twin.limit.")  # fmt: skip
MORE = ("twin.ui.prevention.to.no", "twin.ui.prevention.to", "twin.limit.judgement")


def words() -> dict[str, dict[str, str]]:
    """By language and key."""
    keys = {f"twin.card.{card}.title" for card in CARDS} | set(MORE)
    keys |= {key for key in KEYS | FORESIGHT_KEYS if key.startswith(KINDS)}
    keys = {key for key in keys if ".say." not in key and ".why." not in key}
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        catalogue: dict[str, str] = {}
        for file in FILES:
            path = ROOT / "web/src/twin" / f"{file}.{language}.json"
            catalogue |= json.loads(path.read_text("utf-8"))
        found[language] = {key: catalogue[key] for key in sorted(keys) if key in catalogue}
    return found


def page() -> str:
    """The file as it should be."""
    return json.dumps(words(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    SHOWN.write_text(page(), "utf-8")
