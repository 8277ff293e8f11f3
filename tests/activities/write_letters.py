"""Every letter in every language, as files for people to proofread.

.venv/bin/python -m tests.activities.write_letters DIRECTORY [LANGUAGE ...]

The letters are those of the stories in `test_notification.py`; without a language all of them are written.
"""

import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from activities.letters import Draft
from activities.notification import LETTERS
from domain.languages import LetterLanguage
from domain.notices import notices
from tests.activities.occasions import occasion
from tests.activities.test_notification import stories
from tests.domain.given import a_brief


def letters(language: LetterLanguage) -> Iterator[tuple[str, Draft]]:
    """Each letter under a name that says what it is, and whom it is to; several of one kind are numbered."""
    contacts = {"manager": "manager@lumen-tea.example", "language": language}
    brief, written = a_brief(contacts=contacts), dict[str, set[str]]()
    for story in stories():
        for event in story.past:
            for notice in notices(event):
                about = occasion(story, type(event), brief=brief, audience=notice.audience, language=language)
                draft, kind = LETTERS[notice.template](about), f"{notice.template}-{notice.audience}"
                alike = written.setdefault(kind, set())
                if draft.subject not in alike:
                    alike.add(draft.subject)
                    yield f"{kind}-{len(alike)}", draft


def write(directory: Path, languages: list[LetterLanguage]) -> int:
    """Write the letters of these languages, each as text and as HTML, with a list of them; how many there are."""
    rows = []
    for language in languages:
        (directory / language).mkdir(parents=True, exist_ok=True)
        for name, draft in letters(language):
            path = directory / language / name
            path.with_suffix(".txt").write_text(f"{draft.subject}\n\n{draft.body}")
            path.with_suffix(".html").write_text(draft.html)
            at = f"{language}/{name}"
            rows.append(f'<li>{at}: <a href="{at}.html">{escape(draft.subject)}</a> (<a href="{at}.txt">text</a>)')
    (directory / "index.html").write_text(f"<!doctype html><meta charset=utf-8><ul>{''.join(rows)}</ul>")
    return len(rows)


if __name__ == "__main__":
    directory, *languages = sys.argv[1:]
    count = write(Path(directory), [LetterLanguage(language) for language in languages] or list(LetterLanguage))
    sys.stdout.write(f"{count} letters in {directory}\n")
