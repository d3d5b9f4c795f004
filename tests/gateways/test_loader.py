"""gateways.yaml: what is right becomes gateways, and what is wrong is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.africastalking.settings import AfricasTalkingSettings
from gateways.findings import BadGateways
from gateways.loader import check, load
from telecom.msisdn import Msisdn

ROOT = Path(__file__).parents[2]

URL = "https://sanket.example.in"
ENV = {
    "AT_USERNAME": "bridge",
    "AT_API_KEY": "canary-key",
    "AT_SECRET": "canary-secret-0123456789",
    "AT_SECRET_NEW": "canary-newer-0123456789",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
    "TWILIO_AUTH_TOKEN": "canary-token",
    "HOST": "127.0.0.1",
    "SHORT": "canary-short",
    "EMPTY": "",
    "LINE_BREAK": "canary-key\n",
}
GOOD = """\
gateways:
  kenya:
    vendor: africastalking
    country: KE
    username: ${AT_USERNAME}
    api_key: ${AT_API_KEY}
    webhook_secret: [ "${AT_SECRET_NEW}", "${AT_SECRET}" ]
    allow_from: 192.0.2.0/24
    base_url: http://${HOST}:4020
    sender_id: 22384
    tps: 50
    retries: yes
    ussd_limit: {septets: 140}
    ussd_script: latin
    circle: west_bengal
"""


def test_the_file_becomes_gateways() -> None:
    shelf = load(GOOD, "gateways.yaml", ENV, development=False, public_url=URL)
    assert list(shelf.gateways) == ["kenya"]
    assert shelf.warnings == ()
    kenya = shelf.gateways["kenya"].settings
    assert isinstance(kenya, AfricasTalkingSettings)
    secrets = [secret.get_secret_value() for secret in kenya.webhook_secret]
    assert secrets == [ENV["AT_SECRET_NEW"], ENV["AT_SECRET"]]
    assert (kenya.name, kenya.country, kenya.username) == ("kenya", "KE", "bridge")
    assert kenya.api_key.get_secret_value() == "canary-key"
    assert kenya.base_url == "http://127.0.0.1:4020"
    assert (kenya.sender_id, kenya.tps, kenya.retries) == ("22384", 50.0, True)
    assert (kenya.ussd_limit.septets, kenya.ussd_limit.ucs2) == (140, 70)
    assert kenya.turn_deadline_seconds == 4
    regions = {country: kenya.region_of(country) for country in ("IN", "KE", None)}
    assert regions == {"IN": "west_bengal", "KE": "KE", None: ""}
    assert (kenya.prices, kenya.day_budget) == (None, None)


def test_a_gateway_has_its_prices_and_its_budget() -> None:
    text = GOOD + '    prices: {KE: 0.40 KES, "+25411": 0.6 KES, default: 12 KES}\n'
    text += "    day_budget: 4000 KES\n"
    shelf = load(text, "gateways.yaml", ENV, development=False, public_url=URL)
    kenya = shelf.gateways["kenya"].settings
    assert kenya.prices is not None
    assert str(kenya.prices.of(Msisdn.parse("+254711000111", "KE"))) == "0.40 KES"
    assert str(kenya.prices.of(Msisdn.parse("+254110000111", "KE"))) == "0.60 KES"
    assert str(kenya.day_budget) == "4000.00 KES"


def test_the_shipped_file_enables_the_simulator_and_nothing_else() -> None:
    text = (ROOT / "gateways.yaml").read_text("utf-8")
    shelf = load(text, "gateways.yaml", {}, development=True, public_url=URL)
    assert list(shelf.gateways) == ["simulator"]
    assert shelf.warnings == ()


def test_the_shipped_example_is_right_once_it_is_uncommented() -> None:
    lines = (ROOT / "gateways.yaml").read_text("utf-8").splitlines()
    example = [
        line.replace("  # ", "  ", 1)
        for line in lines
        if line.startswith(("  # africastalking:", "  # twilio:", "  #   "))
    ]
    text = "\n".join(["gateways:", *example])
    assert check(text, "g.yaml", {}, development=False, public_url=URL)[0].rule == "G203"
    enabled = text.replace("enabled: false", "enabled: true")
    shelf = load(enabled, "g.yaml", ENV, development=False, public_url=URL)
    assert list(shelf.gateways) == ["africastalking", "twilio"]


def _changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


BROKEN = [
    # what stands there, the finding's place, rule and a part of its words
    ("", "1:1 G013", "Begin with the line: gateways:"),
    ("- a", "1:1 G014", "Begin with the line: gateways:"),
    ("gateways: [\n", "2:1 G004", ""),
    ("gateways:\n\ttabs: 1\n", "2:1 G005", ""),
    ("gateways:\n  a: &x {vendor: simulator}\n", "2:6 G006", "not allowed"),
    ("gateways: !!map {}\n", "1:11 G007", "not allowed"),
    ("gateways: {}\ngateways: {}\n", "2:1 G008", "gateways"),
    ("gateways: {}\n---\ngateways: {}\n", "2:1 G012", "Remove this line."),
    ("gateways:\n", "1:10 G102", "mapping of names"),
    ("gatways: {}\n", "1:1 G101", 'Did you mean "gateways"?'),
    ("gateways:\n  kenya: on\n", "2:10 G103", "mapping of keys"),
    ("gateways:\n  kenya: {country: KE}\n", "2:3 G102", '"vendor" is missing.'),
    (_changed("africastalking", "africastaking"), "3:13 G104", 'Did you mean "africastalking"?'),
    (_changed("kenya:", "ken ya:"), "2:3 G105", "webhook addresses"),
    (_changed("retries: yes", "retires: yes"), "12:5 G101", 'Did you mean "retries"?'),
    (_changed("retries: yes", "name: kenya"), "12:5 G101", '"name"'),
    (_changed("tps: 50", "tps: 50\n    tps: 60"), "12:5 G008", "tps"),
    (_changed("septets: 140", "septet: 140"), "13:18 G101", '"septet"'),
    (_changed("septets: 140", "septets: many"), "13:27 G103", "whole number"),
    (_changed("septets: 140", "septets: 400"), "13:17 G103", "to 182"),
    (_changed("{septets: 140}", "140"), "13:17 G103", "ussd_limit"),
    (_changed("tps: 50", "prices: {KE: 1 KES}"), "11:13 G103", "every other place costs: default"),
    (_changed("tps: 50", "prices: 1 KES"), "11:13 G103", "a mapping of countries or prefixes"),
    (_changed("tps: 50", "prices: {default: 1}"), "11:13 G103", "an amount and a currency"),
    (_changed("tps: 50", "day_budget: 90"), "11:17 G103", "an amount and a currency"),
    (
        _changed("tps: 50", "prices: {default: 1 KES}\n    day_budget: 5 INR"),
        "12:17 G103",
        "must be in KES, as the prices are",
    ),
    (_changed("tps: 50", "prices: {default: 1 KES}"), "3:5 G103", '"day_budget" is missing'),
    (_changed("tps: 50", "tps: fast"), "11:10 G103", '"tps" is not a number. Messages per second'),
    (_changed("tps: 50", "tps: 0"), "11:10 G103", "above 0"),
    (_changed("tps: 50", "tps: inf"), "11:10 G103", "not a number"),
    (_changed("tps: 50", "tps: [50]"), "11:10 G103", "tps"),
    (_changed("retries: yes", "retries: perhaps"), "12:14 G103", "neither true nor false"),
    (_changed("retries: yes", "enabled: perhaps"), "12:14 G103", "neither true nor false"),
    (_changed("retries: yes", "enabled: ${HOST}"), "12:14 G103", "neither true nor false"),
    (_changed("retries: yes", "turn_deadline_seconds: 9"), "12:28 G103", "8 or less"),
    (_changed("retries: yes", "session_seconds: 10"), "12:22 G103", "30 or more"),
    (_changed("country: KE", "country: Kenya"), "4:14 G103", "Two capital letters"),
    (_changed("latin", "greek"), "14:18 G103", "any or latin"),
    (_changed("west_bengal", "bengal"), "15:13 G103", "A telecom circle of India: andhra_pradesh,"),
    (
        _changed("http://${HOST}:4020", "http://${HOST}:4020/v1"),
        "9:15 G103",
        "Scheme, host and port",
    ),
    (_changed("http://${HOST}:4020", "ftp://x"), "9:15 G103", "Scheme, host and port"),
    (_changed("192.0.2.0/24", "[192.0.2.0/24, 192.0.2.1/24]"), "8:32 G103", "allow_from"),
    (_changed("192.0.2.0/24", "nowhere"), "8:17 G103", "allow_from"),
    (_changed("    username: ${AT_USERNAME}\n", ""), "2:3 G102", '"username" is missing.'),
    (_changed("username: ${AT_USERNAME}", "username: [a]"), "5:15 G103", "one value"),
    (_changed("${AT_USERNAME}", "${NOT_THERE}"), "5:15 G106", "NOT_THERE is not set"),
    (_changed("${AT_USERNAME}", "${EMPTY}"), "5:15 G106", "EMPTY is empty"),
    (_changed("${HOST}", "${NO_HOST}"), "9:15 G106", "NO_HOST is not set"),
    (_changed("${AT_SECRET}", "${NO_SECRET}"), "7:43 G106", "NO_SECRET is not set"),
    (_changed("${AT_USERNAME}", "${AT-USERNAME}"), "5:15 G107", "Write ${NAME}."),
    (_changed("${AT_USERNAME}", "${AT_USERNAME"), "5:15 G107", "Write ${NAME}."),
    (_changed("${AT_API_KEY}", "${LINE_BREAK}"), "6:14 G103", "without spaces or line breaks"),
    (_changed("${AT_SECRET}", "${SHORT}"), "7:21 G109", "shorter than 16 characters"),
    (_changed('[ "${AT_SECRET_NEW}", "${AT_SECRET}" ]', "[]"), "7:21 G109", "at least one"),
    (
        _changed("    webhook_secret: ", "    sender_id2: "),
        "2:3 G109",
        '"webhook_secret" is missing.',
    ),
    ("gateways: {sim: {vendor: simulator}}\n", "1:12 G108", "development only"),
]


@pytest.mark.parametrize(("text", "place_and_rule", "words"), BROKEN)
def test_what_is_wrong_is_said_with_its_place(text: str, place_and_rule: str, words: str) -> None:
    with pytest.raises(BadGateways) as refused:
        load(text, "gateways.yaml", ENV, development=False, public_url=URL)
    place, rule = place_and_rule.split()
    said = [str(finding) for finding in refused.value.findings]
    matching = [line for line in said if line.startswith(f"gateways.yaml:{place} {rule} error ")]
    assert [line for line in matching if words in line], said
    assert "canary" not in str(refused.value)
    assert check(text, "gateways.yaml", ENV, development=False, public_url=URL) == list(
        refused.value.findings
    )


def test_all_faults_are_told_at_once_and_in_file_order() -> None:
    text = (
        GOOD.replace("${AT_USERNAME}", "${NOPE}").replace("50", "fast").replace(": KE", ": Kenya")
    )
    text += "  other:\n    vendor: nobody\n"
    with pytest.raises(BadGateways) as refused:
        load(text, "gateways.yaml", ENV, development=False, public_url=URL)
    rules = [(finding.place.line, finding.rule) for finding in refused.value.findings]
    assert rules == [(4, "G103"), (5, "G106"), (11, "G103"), (17, "G104")]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (_changed("country: KE", "country: ${NOPE}"), "G106"),
        (_changed("tps: 50", "tps: ${NOPE}"), "G106"),
        (_changed("192.0.2.0/24", "[nowhere, 192.0.2.0/24]"), "G103"),
        (_changed("kenya:", "ken ya:"), "G105"),
    ],
)
def test_one_fault_is_told_once(text: str, rule: str) -> None:
    assert [
        found.rule for found in check(text, "g.yaml", ENV, development=False, public_url=URL)
    ] == [rule]


def test_a_disabled_gateway_needs_nothing_but_known_keys() -> None:
    text = (
        "gateways:\n  kenya:\n    vendor: africastalking\n    enabled: no\n    api_key: ${NOPE}\n"
    )
    assert load(text, "g.yaml", {}, development=False, public_url=URL).gateways == {}
    with pytest.raises(BadGateways, match=r"g\.yaml:6:5 G101"):
        load(text + "    tpss: 3\n", "g.yaml", {}, development=False, public_url=URL)


def test_a_disabled_simulator_may_stay_in_production() -> None:
    text = GOOD + "  simulator: {vendor: simulator, enabled: false}\n"
    assert list(load(text, "g.yaml", ENV, development=False, public_url=URL).gateways) == ["kenya"]


@pytest.mark.parametrize(
    ("text", "place_and_rule"),
    [
        (_changed("${AT_API_KEY}", "canary-literal"), "6:14 G201"),
        (_changed('"${AT_SECRET}"', "canary-literal-0123456789"), "7:43 G201"),
        (_changed("http://${HOST}:4020", "http://api.example"), "9:15 G202"),
        ("gateways: {}\n", "1:11 G203"),
    ],
)
def test_a_warning_keeps_nobody_from_starting(text: str, place_and_rule: str) -> None:
    shelf = load(text, "gateways.yaml", ENV, development=False, public_url=URL)
    place, rule = place_and_rule.split()
    warnings = [str(warning) for warning in shelf.warnings]
    assert len(warnings) == 1
    assert warnings[0].startswith(f"gateways.yaml:{place} {rule} warning ")
    assert "canary" not in warnings[0]
    assert list(shelf.warnings) == check(
        text, "gateways.yaml", ENV, development=False, public_url=URL
    )


@pytest.mark.parametrize("host", ["[", "[::1", "127.0.0.1:x", "127.0.0.1:99999", ":80", "a:0"])
def test_no_hosts(host: str) -> None:
    text = _changed("http://${HOST}:4020", f'"http://{host}"')
    found = check(text, "g.yaml", ENV, development=False, public_url=URL)
    assert [finding.rule for finding in found if finding.is_error] == ["G103"]


@pytest.mark.parametrize("host", ["127.0.0.1:4020", "localhost:4020", "[::1]:4020"])
def test_plain_http_within_this_machine_is_fine(host: str) -> None:
    text = _changed("http://${HOST}:4020", f'"http://{host}"')
    assert load(text, "g.yaml", ENV, development=False, public_url=URL).warnings == ()


def test_no_secret_is_printed_by_what_was_loaded() -> None:
    shelf = load(GOOD, "gateways.yaml", ENV, development=False, public_url=URL)
    assert "canary" not in repr(shelf) + repr(shelf.gateways["kenya"].settings)


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=80)
    | st.builds(lambda cut, junk: GOOD[:cut] + junk, st.integers(0, len(GOOD)), st.text(max_size=9))
)
def test_any_file_is_loaded_or_refused(text: str) -> None:
    found = check(text, "g.yaml", ENV, development=False, public_url=URL)
    if any(finding.is_error for finding in found):
        with pytest.raises(BadGateways):
            load(text, "g.yaml", ENV, development=False, public_url=URL)
    else:
        assert len(load(text, "g.yaml", ENV, development=False, public_url=URL).warnings) == len(
            found
        )
