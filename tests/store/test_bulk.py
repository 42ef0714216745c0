"""Reading by snapshots, from many threads of one process."""

from concurrent.futures import ThreadPoolExecutor

from dunwell.store import bulk


def test_many_threads_read_at_once(creditor):
    def count(_: int) -> int:
        with bulk.reader(creditor.pk) as read:
            return read("SELECT count(*) AS n FROM customer")["n"].item()

    with ThreadPoolExecutor(6) as many:
        assert set(many.map(count, range(400))) == {0}
