"""Commands of the audience audit: judge a sample of followers, and say how far the judgement can be trusted."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from domain.audience import DEFAULT, Account, Scorecard, audit
from domain.audience_fit import Accuracy, Labelled, cross_validate, fit, measure
from domain.errors import AudienceSampleTooSmall

app = typer.Typer(no_args_is_help=True, help="Which share of an audience is fake, from a sample of its followers.")

COLUMNS = ("posts", "following", "followers")
"""What the file must have of each account, as whole numbers; `has_profile_picture` (true or false) is welcome."""
PICTURE = "has_profile_picture"
LABEL = "is_fake"

Sample = Annotated[
    Path,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help=f"A CSV file, one account a row: {', '.join(COLUMNS)}, and {PICTURE} (true or false) where known.",
    ),
]
LabelledSample = Annotated[
    Path,
    typer.Argument(
        exists=True,
        dir_okay=False,
        help=f"A CSV file, one account a row: {', '.join(COLUMNS)}, {PICTURE} where known, and {LABEL}.",
    ),
]
Card = Annotated[
    Path | None,
    typer.Option(
        "--scorecard", exists=True, dir_okay=False, help="A scorecard that `fit` printed; else the shipped one."
    ),
]


@app.command("audit")
def audit_sample(sample: Sample, scorecard: Card = None) -> None:
    """Judge a sample of one creator's followers: the share that is fake, and between which shares the truth lies."""
    accounts = [account for _, account in _accounts(sample)]
    try:
        found = audit(accounts, _card(scorecard))
    except AudienceSampleTooSmall as error:
        _refuse(sample, str(error))
    typer.echo(
        f"{found.fake_share:.1%} of this audience are fake, between {found.low:.1%} and {found.high:.1%} (95 %)."
    )
    typer.echo(f"{found.suspects} of {found.sampled} accounts are suspect by {found.formula_version}.")


@app.command("measure")
def measure_scorecard(sample: LabelledSample, scorecard: Card = None) -> None:
    """Compare the scorecard's judgement with labels that people gave: AUC, fakes caught, false alarms."""
    labelled = _labelled(sample)
    kinds = {one.is_fake for one in labelled}
    if len(kinds) < 2:
        _refuse(sample, f"both fake and real accounts are needed to measure by; {LABEL} is the same in every row")
    _show(measure(labelled, _card(scorecard)))


@app.command("fit")
def fit_scorecard(
    sample: LabelledSample,
    version: Annotated[str, typer.Option(help="What audits by this scorecard will be labelled with.")],
) -> None:
    """Fit a scorecard to labelled accounts, and print it as JSON. Its cross-validated accuracy goes to the terminal.

    Half a minute for a thousand accounts. The same file always gives the same scorecard.
    """
    labelled = _labelled(sample)
    try:
        held_out = cross_validate(labelled)
        card = fit(labelled, version, held_out)
    except ValueError as error:
        _refuse(sample, str(error))
    _show(held_out, err=True)
    typer.echo(card.model_dump_json(indent=2))


def _show(accuracy: Accuracy, *, err: bool = False) -> None:
    caught, false = accuracy.caught, accuracy.false_alarms
    typer.echo(f"AUC {accuracy.auc:.3f}", err=err)
    typer.echo(f"caught {caught.share:.1%} of {caught.trials} fake accounts", err=err)
    typer.echo(f"false alarms {false.share:.1%} of {false.trials} real accounts", err=err)


def _card(path: Path | None) -> Scorecard:
    if path is None:
        return DEFAULT
    try:
        return Scorecard.model_validate_json(path.read_text())
    except ValidationError as error:
        _refuse(path, f"this is no scorecard: {error.errors()[0]['msg']}")


def _labelled(path: Path) -> list[Labelled]:
    return [Labelled(account=account, is_fake=row[LABEL] == "true") for row, account in _accounts(path, LABEL)]


def _accounts(path: Path, *more: str) -> Iterator[tuple[dict[str, str], Account]]:
    """Each row, in lower case, with the account that it describes."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        missing = [name for name in (*COLUMNS, *more) if name not in (rows.fieldnames or ())]
        if missing:
            _refuse(path, f"there is no column {', '.join(missing)}; the first line must name the columns")
        for found in rows:
            row = {str(name): (value or "").strip().lower() for name, value in found.items() if isinstance(value, str)}
            for name in (PICTURE, *more):
                if row.get(name, "") not in ("true", "false", *(() if name in more else ("",))):
                    _refuse(path, f"line {rows.line_num}: {name} is {row.get(name)!r}, and must be true or false")
            facts = {name: row.get(name, "") for name in COLUMNS} | {PICTURE: row.get(PICTURE) or None}
            try:
                yield row, Account.model_validate(facts)
            except ValidationError as error:
                wrong = error.errors()[0]
                _refuse(path, f"line {rows.line_num}: {wrong['loc'][0]} is {wrong['input']!r}: {wrong['msg'].lower()}")


def _refuse(path: Path, why: str) -> NoReturn:
    typer.echo(f"{path.name}: {why}", err=True)
    raise typer.Exit(2)
