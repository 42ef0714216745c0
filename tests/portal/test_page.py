"""The page of a link: what it shows, and what a look at it leaves behind."""


def test_it_shows_what_is_owed_for_what_and_how_to_pay(reader):
    page = reader.read()
    for shown in ("€100.00", "Design", "Invoice C1-1", "BG80 BNBG 9661 1020 3456 78", "Maria Ivanova", "C1 Ltd"):
        assert shown in page, shown
