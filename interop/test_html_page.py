"""contacts.html in a real browser: headless Chromium, driven by its own driver, with no network to go to."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import foreign_archive
import system_programs
from exporter import run_program

ROWS = 20_000
SCRIPT_NAME = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
# As root in a machine without a display and without a way out.
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,1000",
    "--lang=en-US",
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser with a profile of its own, that notes every request."""
    chromium, chromedriver = system_programs.demand(
        "chromium", "chromedriver", packages=("chromium", "chromium-driver")
    )
    options = Options()
    options.binary_location = chromium
    for flag in [*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(exporter_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of an address book of 20,000 rows or a little more."""
    home = tmp_path_factory.mktemp("page")
    size = ("--contacts", ROWS - 5_000, "--saved-only", 5_000, "--seed", 5)
    run_program(exporter_program, home, "demo", "--out", home / "out", "--format", "html,jsonl", *size)
    return home / "out"


@pytest.fixture(scope="module")
def people(page: Path) -> list[dict[str, object]]:
    """The rows, from the file beside the page."""
    return [json.loads(line) for line in (page / "contacts.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")]


@pytest.fixture
def opened(browser: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    """The page, just opened."""
    browser.get((page / "contacts.html").as_uri())
    return browser


def count(browser: webdriver.Chrome) -> int:
    """How many people the page says that it shows."""
    text = browser.find_element(By.ID, "count").text
    return int(text.split()[0].replace(",", ""))


def shown(browser: webdriver.Chrome, column: str = "name") -> list[str]:
    """The cells of a column that are in the page, from the top."""
    script = """
        return [...document.querySelectorAll('.row:not([hidden])')]
          .sort((a, b) => a.dataset.at - b.dataset.at)
          .map((row) => row.querySelector('.cell.' + arguments[0]).textContent)"""
    found: list[str] = browser.execute_script(script, column)
    return found


def search(browser: webdriver.Chrome, text: str) -> None:
    """Types into the search field, over what is in it."""
    field = browser.find_element(By.ID, "search")
    field.clear()
    field.send_keys(text)


def last_drawn(browser: webdriver.Chrome) -> int:
    """The position, among the rows that were found, of the last one that is drawn."""
    rows = "document.querySelectorAll('.row:not([hidden])')"
    last: int = browser.execute_script(f"return Math.max(...Array.from({rows}, row => Number(row.dataset.at)))")
    return last


def test_twenty_thousand_rows_are_there_and_few_are_drawn(opened: webdriver.Chrome, people: list[object]) -> None:
    assert len(people) >= ROWS
    assert count(opened) == len(people)
    assert 0 < len(opened.find_elements(By.CSS_SELECTOR, ".row")) < 60
    start = time.monotonic()
    opened.execute_script("document.getElementById('viewport').scrollTop = 1e9")
    while last_drawn(opened) != len(people) - 1:
        assert time.monotonic() - start < 5
        time.sleep(0.1)


def test_search_finds_by_name_number_and_id(opened: webdriver.Chrome, people: list[dict[str, object]]) -> None:
    person = next(row for row in people[9_000:] if row["user_id"] and row["phone_e164"] and row["saved_first_name"])
    for text in (str(person["user_id"]), str(person["phone_e164"]), str(person["phone_e164"])[1:]):
        search(opened, text)
        assert 1 <= count(opened) <= 20
        wanted = f"{person['saved_first_name']} {person['saved_last_name']}".strip()
        assert wanted in shown(opened), text
    search(opened, "nobody has such a name")
    assert count(opened) == 0
    assert opened.find_element(By.ID, "empty").is_displayed()
    opened.find_element(By.ID, "search").send_keys(Keys.ESCAPE)
    assert count(opened) == len(people)


def test_filters_by_source_and_status(opened: webdriver.Chrome, people: list[dict[str, object]]) -> None:
    for source in ("saved", "contact", "both"):
        Select(opened.find_element(By.ID, "source")).select_by_value(source)
        assert count(opened) == sum(row["source"] == source for row in people)
    Select(opened.find_element(By.ID, "status")).select_by_value("recently")
    both = sum(row["source"] == "both" and row["status"] == "recently" for row in people)
    assert 0 < both == count(opened)
    opened.find_element(By.ID, "clear").click()
    assert count(opened) == len(people)
    # the charts count the same, and a bar is a filter too
    bar = opened.find_element(By.CSS_SELECTOR, "#by-source .bar[data-value=saved]")
    told = int(bar.find_element(By.CSS_SELECTOR, ".number").text.replace(",", ""))
    assert told == sum(row["source"] == "saved" for row in people)
    bar.click()
    assert count(opened) == told
    assert bar.get_attribute("aria-pressed") == "true"


def test_every_column_sorts_both_ways(opened: webdriver.Chrome, people: list[dict[str, object]]) -> None:
    head = opened.find_element(By.CSS_SELECTOR, ".head[data-key=phone]")
    numbers = sorted(str(row["phone_e164"] or row["phone"]) for row in people if row["phone"])
    head.click()
    assert shown(opened, "phone")[:5] == numbers[:5]
    assert head.get_attribute("aria-sort") == "ascending"
    head.click()
    with_number = [number for number in shown(opened, "phone") if number]
    assert head.get_attribute("aria-sort") == "descending"
    assert with_number == sorted(with_number, reverse=True)
    for key in ("name", "username", "source", "status", "saved"):
        before = shown(opened)
        head = opened.find_element(By.CSS_SELECTOR, f".head[data-key={key}]")
        head.click()
        up = shown(opened)
        head.click()
        assert shown(opened) != up, key
        assert before


def test_the_keyboard_is_enough(opened: webdriver.Chrome) -> None:
    body = opened.find_element(By.TAG_NAME, "body")
    body.send_keys("/")
    assert opened.switch_to.active_element.get_attribute("id") == "search"
    opened.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    table = opened.switch_to.active_element
    assert table.get_attribute("id") == "table"
    table.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    selected = opened.find_element(By.CSS_SELECTOR, ".row[aria-selected=true]")
    assert selected.get_attribute("data-at") == "2"
    name = selected.find_element(By.CSS_SELECTOR, ".cell.name").text
    table.send_keys(Keys.ENTER)
    details = opened.find_element(By.ID, "details")
    assert details.is_displayed()
    assert name.startswith(opened.find_element(By.ID, "details-name").text[:10])
    opened.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not details.is_displayed()
    table.send_keys(Keys.END)
    last = opened.find_element(By.CSS_SELECTOR, ".row[aria-selected=true]")
    assert int(last.get_attribute("data-at") or 0) == count(opened) - 1


def test_dark_and_light(opened: webdriver.Chrome) -> None:
    def background() -> str:
        return str(opened.execute_script("return getComputedStyle(document.body).backgroundColor"))

    start = background()
    opened.find_element(By.ID, "theme").click()
    other = background()
    opened.find_element(By.ID, "theme").click()
    assert start != other
    assert background() == start
    opened.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    )
    opened.execute_script("delete document.documentElement.dataset.theme")
    dark = background()
    opened.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]}
    )
    assert {dark, background()} == {start, other}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_nothing_is_fetched_and_nothing_complains(opened: webdriver.Chrome) -> None:
    # what came before was the browser's own first page
    opened.get_log("performance")
    opened.refresh()
    search(opened, "a")
    messages = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert {url.partition(":")[0] for url in asked} == {"file"}, asked
    assert opened.get_log("browser") == []


def test_a_name_that_is_a_script_is_text(browser: webdriver.Chrome, exporter_program: Path, tmp_path: Path) -> None:
    names = [SCRIPT_NAME, "NUL\0NUL", "שלום עולם", "two\nlines", "</script><b>bold</b>"]
    foreign_archive.write(tmp_path / "a.tkx", [(f"49170000000{n}", name, "") for n, name in enumerate(names)])
    run_program(
        exporter_program, tmp_path, "convert", tmp_path / "a.tkx", "--out", tmp_path / "out", "--format", "html"
    )
    browser.get((tmp_path / "out" / "contacts.html").as_uri())
    assert shown(browser) == [name.replace("\0", "\ufffd") for name in names]
    assert browser.title == "Telegram address book"
    assert browser.find_elements(By.CSS_SELECTOR, ".row img, .row script, .row b") == []
    browser.find_element(By.ID, "search").send_keys(Keys.ARROW_DOWN)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.find_element(By.ID, "details-name").text == SCRIPT_NAME
    # what somebody manages to put into the page in spite of that is not run
    browser.execute_script("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\">')")
    time.sleep(0.3)
    assert browser.title == "Telegram address book"


def test_a_picture_for_the_documents(opened: webdriver.Chrome, tmp_path: Path) -> None:
    picture = Path(os.environ.get("TAKEOUT_EXPORT_SCREENSHOT", tmp_path / "page.png"))
    opened.execute_script("document.documentElement.dataset.theme = 'light'")
    assert opened.save_screenshot(str(picture))
    assert picture.stat().st_size > 40_000
