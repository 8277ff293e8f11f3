"""How far one deliverable has come."""

import pytest

from domain.clauses import Deliverable
from domain.formats import Format
from domain.work import Work, WorkStatus


@pytest.mark.parametrize("status", list(WorkStatus))
def test_a_post_is_live_from_its_publication_on(status: WorkStatus) -> None:
    """Measured or not, what was published stays live; what was missed never was."""
    work = Work(deliverable=Deliverable(number=1, format=Format.POST), status=status)
    assert work.is_live is (status in {WorkStatus.PUBLISHED, WorkStatus.MEASURED, WorkStatus.UNMEASURED})
