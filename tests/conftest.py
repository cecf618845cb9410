"""What all tests share: records of large descriptions go to a folder of the test run. The stand-ins lie beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests leave the cache of whoever runs them alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARAZZO_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
