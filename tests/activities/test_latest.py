from activities.latest import Latest


def test_only_the_latest_are_remembered() -> None:
    """What was used last stays."""
    latest: Latest[int] = Latest(2)
    latest.put("a", 1)
    latest.put("b", 2)
    assert latest.get("a") == 1
    latest.put("c", 3)
    assert [latest.get(name) for name in "abc"] == [1, None, 3]
