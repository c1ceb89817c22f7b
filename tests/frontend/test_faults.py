"""When the program itself fails, the page says so in a sentence and shows nothing of the inside."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    from frontend.faults import show_fault

    assert show_fault(ValueError("secret detail")) is True


def test_the_visitor_sees_a_sentence_and_no_detail():
    page = AppTest.from_function(_page).run()
    assert not page.exception
    assert "could not be made" in page.markdown[0].value
    assert all("secret" not in text.value for text in page.markdown)
