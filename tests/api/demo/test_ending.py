import io
from pathlib import Path

from rich.console import Console

from api.client import Groundswell, Refusal, models
from api.demo.ending import save_files, show_refusals, show_rejected_rows, show_report
from api.demo.notes import Notes
from api.report.figures import reckon
from api.report.history import fold
from tests.api.conftest import API_KEY, Bench
from tests.api.report.story import whole_campaign


def console() -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, width=140), written


def test_the_report_is_shown_with_what_is_unknown() -> None:
    """Objectives, money, creators and deadlines; a dash where nobody reported a figure."""
    story = whole_campaign()
    report = models.Report.model_validate_json(reckon(fold(story.envelopes), story.creators).model_dump_json())
    out, written = console()
    show_report(report, out)
    text = written.getvalue()
    assert "4,500" in text
    assert "3 of 4" in text
    assert "@ada" in text
    assert "–" in text


def test_rejected_rows_are_shown_with_line_and_reason() -> None:
    """The first few, and how many more there are."""
    rows = [models.RejectedRow(line=n, field="email", value="[bold]x", rule="must be one") for n in range(2, 12)]
    imported = models.Imported(accepted=5, created=5, updated=0, erased=0, rejected=rows, ignored_columns=[])
    out, written = console()
    show_rejected_rows(imported, out, shown=3)
    assert "5 creators accepted, 10 rows rejected" in written.getvalue()
    assert "[bold]x" in written.getvalue()
    assert "7 more" in written.getvalue()


def test_refusals_are_shown_with_their_answers() -> None:
    """Who tried what, and how it was refused."""
    notes, (out, written) = Notes(), console()
    notes.refused("a stranger", Refusal(401, {"code": "link_invalid", "detail": "no"}))
    show_refusals(notes, out)
    assert "link_invalid" in written.getvalue()


async def test_the_report_is_saved_in_each_of_its_forms(bench: Bench, tmp_path: Path) -> None:
    """A campaign without a contract has none to save."""
    await bench.offered()
    api = Groundswell("", API_KEY, session=bench.client())
    report = await api.read_report("tea")
    saved = await save_files(api, "tea", report, tmp_path)
    assert list(saved.values()) == [tmp_path / name for name in ("report.html", "report.pdf", "report.csv")]
    assert "Lumen Tea" in (tmp_path / "report.html").read_text()
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "report.csv").read_text().startswith("campaign,")
