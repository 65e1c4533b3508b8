from tools.score_page import PAGE, page


def test_the_page_of_the_scores_says_what_the_registry_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "Write it again: make wire"
