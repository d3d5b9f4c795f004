"""Numbers as they are written, and who is none: read or refused, never printed in full."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import FrozenInstanceError
from typing import Final

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from telecom.errors import Malformed
from telecom.msisdn import (
    Alphanumeric,
    Hidden,
    Line,
    Msisdn,
    Party,
    ShortCode,
    Withheld,
    parse_party,
)
from telecom.number_forms import find_number

UMANG: Final = "+919718397183"

READ: Final = [
    # text, the gateway's country, E.164, country, line
    (UMANG, "IN", UMANG, "IN", Line.MOBILE),
    (UMANG, "KE", UMANG, "IN", Line.MOBILE),
    (" 919718397183", "IN", UMANG, "IN", Line.MOBILE),
    ("00919718397183", "IN", UMANG, "IN", Line.MOBILE),
    ("00919718397183", "KE", UMANG, "IN", Line.MOBILE),
    ("००९१९७१८३९७१८३", "KE", UMANG, "IN", Line.MOBILE),
    ("919718397183", "IN", UMANG, "IN", Line.MOBILE),
    ("919718397183", "KE", UMANG, "IN", Line.MOBILE),
    ("09718397183", "IN", UMANG, "IN", Line.MOBILE),
    (" 09718397183", "IN", UMANG, "IN", Line.MOBILE),
    ("9718397183", "IN", UMANG, "IN", Line.MOBILE),
    ("97183-97183", "IN", UMANG, "IN", Line.MOBILE),
    ("97183 97183 ", "IN", UMANG, "IN", Line.MOBILE),
    ("+91 (0) 97183.97183", "IN", UMANG, "IN", Line.MOBILE),
    ("(+91) 97183\u201197183", "IN", UMANG, "IN", Line.MOBILE),
    ("९७१८३९७१८३", "IN", UMANG, "IN", Line.MOBILE),
    ("+৯১ ৯৭১৮৩ ৯৭১৮৩", "IN", UMANG, "IN", Line.MOBILE),
    ("9198765432", "IN", "+919198765432", "IN", Line.MOBILE),  # its 91 is no country code
    ("7738299899", "IN", "+917738299899", "IN", Line.EITHER),
    ("01122901406", "IN", "+911122901406", "IN", Line.FIXED),
    ("022-61550789", "IN", "+912261550789", "IN", Line.FIXED),
    ("1800 11 5246", "IN", "+911800115246", "IN", Line.TOLL_FREE),
    ("+254711123456", "IN", "+254711123456", "KE", Line.MOBILE),
    ("0711123456", "KE", "+254711123456", "KE", Line.MOBILE),
    ("254711123456", "KE", "+254711123456", "KE", Line.MOBILE),
    ("000919718397183", "KE", UMANG, "IN", Line.MOBILE),  # Kenya dials abroad with 000
    ("07031234567", "NG", "+2347031234567", "NG", Line.MOBILE),
    ("91234567", "SG", "+6591234567", "SG", Line.MOBILE),
    ("+390612345678", "IN", "+390612345678", "IT", Line.FIXED),  # its 0 belongs to the number
    ("+12025550123", "IN", "+12025550123", "US", Line.EITHER),
    ("+19002345678", "IN", "+19002345678", "US", Line.PREMIUM),
    ("+449098790000", "IN", "+449098790000", "GB", Line.PREMIUM),
    ("+448451234567", "IN", "+448451234567", "GB", Line.PREMIUM),
    ("+611300123456", "IN", "+611300123456", "AU", Line.OTHER),  # shared-cost
    ("+911800111111", "IN", "+911800111111", "IN", Line.TOLL_FREE),
    ("+881612345678", "IN", "+881612345678", None, Line.OTHER),  # a satellite phone
    ("+80012345678", "IN", "+80012345678", None, Line.TOLL_FREE),
]


@pytest.mark.parametrize(("text", "region", "e164", "country", "line"), READ)
def test_a_number_is_read_in_every_form(
    text: str, region: str, e164: str, country: str | None, line: Line
) -> None:
    msisdn = Msisdn.parse(text, region)
    assert (msisdn.e164, msisdn.region, msisdn.line) == (e164, country, line)
    assert parse_party(text, region) == msisdn
    assert msisdn.takes_sms is (line in (Line.MOBILE, Line.EITHER))


REFUSED: Final = [
    "",
    " ",
    "+",
    "+ ",
    "12345",
    "1930",
    "+919718397183\n",
    "+91971\n8397183",
    "\n+919718397183",
    "+919718397183\r",
    "+919718397183\x00",
    "+91971839718a",
    "tel:+919718397183",
    "+919718397183 ext. 4",
    "+919718397183;ext=4",
    "*123#",
    "*99*9718397183#",
    "sip:+919718397183@example.org",
    "VM-HDFCBK",
    "anonymous",
    "++919718397183",
    "+91+9718397183",
    "+9197183971830000",
    "9" * 41,
    "+91" + " " * 40 + "9718397183",
    "+910000000000",
    "+999123456789",
    "0000000000",
    " 9876543210",  # a lost plus: +98 is Iran, and must not become a number in India
    "+266696687",
    "\ud83d",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_number_is_refused_without_saying_it(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        Msisdn.parse(text, "IN")
    assert str(refused.value) == "msisdn: not a valid number"
    assert refused.value.__context__ is None


def test_ten_digits_without_a_plus_are_never_a_foreign_number() -> None:
    assert Msisdn.parse("+4741234567", "KE").region == "NO"
    with pytest.raises(Malformed):
        Msisdn.parse("4741234567", "KE")


PARTIES: Final[list[tuple[str, str, Party]]] = [
    ("56161", "IN", ShortCode("56161")),
    (" 56161 ", "IN", ShortCode("56161")),
    ("22384", "KE", ShortCode("22384")),
    ("112", "IN", ShortCode("112")),
    ("1930", "IN", ShortCode("1930")),
    ("91234567", "IN", ShortCode("91234567")),  # in Singapore a mobile, see above
    ("VM-HDFCBK", "IN", Alphanumeric("VM-HDFCBK")),
    ("VM-HDFCBK-S", "IN", Alphanumeric("VM-HDFCBK-S")),
    ("MTN", "NG", Alphanumeric("MTN")),
    ("AIRTEL 4G", "KE", Alphanumeric("AIRTEL 4G")),
    ("ÉCOLE", "KE", Alphanumeric("ÉCOLE")),
    ("", "IN", Hidden(Withheld.EMPTY)),
    ("  ", "IN", Hidden(Withheld.EMPTY)),
    ("anonymous", "IN", Hidden(Withheld.ANONYMOUS)),
    ("Anonymous ", "IN", Hidden(Withheld.ANONYMOUS)),
    ("PRIVATE NUMBER", "KE", Hidden(Withheld.ANONYMOUS)),
    ("withheld", "KE", Hidden(Withheld.ANONYMOUS)),
    ("Restricted", "KE", Hidden(Withheld.RESTRICTED)),
    ("blocked", "KE", Hidden(Withheld.BLOCKED)),
    ("unknown", "KE", Hidden(Withheld.UNKNOWN)),
    ("Unavailable", "KE", Hidden(Withheld.UNAVAILABLE)),
    ("+266696687", "IN", Hidden(Withheld.ANONYMOUS)),
    ("+7378742833", "IN", Hidden(Withheld.RESTRICTED)),
    ("+2562533", "IN", Hidden(Withheld.BLOCKED)),
    ("+8656696", "IN", Hidden(Withheld.UNKNOWN)),
    ("+86282452253", "IN", Hidden(Withheld.UNAVAILABLE)),
    (" 266696687", "KE", Hidden(Withheld.ANONYMOUS)),
    ("266696687", "US", Hidden(Withheld.ANONYMOUS)),
    ("sip:anonymous@anonymous.invalid", "IN", Hidden(Withheld.INTERNET)),
    ("SIPS:asha@example.org", "IN", Hidden(Withheld.INTERNET)),
    ("client:asha", "IN", Hidden(Withheld.INTERNET)),
]


@pytest.mark.parametrize(("text", "region", "party"), PARTIES)
def test_whoever_is_no_subscriber_is_told_apart(text: str, region: str, party: Party) -> None:
    assert parse_party(text, region) == party


def test_a_pseudo_number_without_its_plus_may_be_somebody() -> None:
    assert parse_party("7378742833", "IN") == Msisdn.parse("+917378742833", "IN")


@pytest.mark.parametrize(
    "text",
    [
        "12",
        "+56161",
        "123456789",
        "+910000000000",
        "*123#",
        "asha@example.org",
        "TWELVE CHARS",
        "क्षत्रिय",
        "नमन",
        "MTN\n",
        "\n",
        "56161\n",
        "MT\x00N",
        "sip:",
        "sip:a b",
        "client:a\nb",
        "sip:" + "a" * 251,
        "---",
        "\ud83d",
    ],
)
def test_a_party_that_fits_nothing_is_refused_without_saying_it(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_party(text, "IN")
    assert refused.value.args == (
        "party: neither a valid number, a short code, a sender ID nor withheld",
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (UMANG, "+91********83"),
        ("+254711123456", "+254*******56"),
        ("+12025550123", "+1********23"),
        ("+881612345678", "+881*******78"),
        ("+29022158", "+290***58"),
    ],
)
def test_a_printed_number_is_masked(text: str, masked: str) -> None:
    msisdn = Msisdn.parse(text, "IN")
    assert msisdn.masked == str(msisdn) == f"{msisdn}" == masked
    assert repr(msisdn) == f"Msisdn({masked})"


@pytest.mark.parametrize(
    ("party", "printed"),
    [
        (ShortCode("56161"), "ShortCode(56***)"),
        (ShortCode("91234567"), "ShortCode(91******)"),
        (Alphanumeric("VM-HDFCBK"), "Alphanumeric(VM-HDFCBK)"),
        (Alphanumeric("T9718397183"), "Alphanumeric(T**********)"),
    ],
)
def test_nobody_else_is_printed_in_digits(party: Party, printed: str) -> None:
    assert repr(party) == str(party) == printed


def test_a_number_is_a_value() -> None:
    msisdn = Msisdn.parse(UMANG, "IN")
    assert len({msisdn, Msisdn.parse("09718397183", "IN"), Msisdn.parse("919718397183", "KE")}) == 1
    assert msisdn != Msisdn.parse("+919718397184", "IN")
    # A newer release of the tables may place the same number elsewhere.
    assert msisdn == Msisdn(UMANG, None, Line.OTHER)
    with pytest.raises(FrozenInstanceError):
        msisdn.e164 = "+1"  # type: ignore[misc]


WRITTEN: Final = st.one_of(
    st.text(max_size=45),
    st.text(alphabet="+0123456789 -.()९৯\n", max_size=20),
    st.from_regex(r"[ +]?(00|0)?(91|254|1|44|39)?[0-9]{7,11}\n?", fullmatch=True),
    st.from_regex(r"\+91[6-9][0-9]{9}", fullmatch=True),
)


@given(WRITTEN, st.sampled_from(["IN", "KE", "NG", "US", "SG", "IT", "ZZ"]))
@settings(max_examples=200)
def test_any_text_is_a_valid_number_or_malformed(text: str, region: str) -> None:
    try:
        msisdn = Msisdn.parse(text, region)
    except Malformed:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", msisdn.e164)
    assert phonenumbers.is_valid_number(phonenumbers.parse(msisdn.e164))
    assert Msisdn.parse(msisdn.e164, "ZZ") == msisdn
    assert msisdn.e164[1:] not in f"{msisdn} {msisdn!r}"
    assert msisdn.e164[-3:] not in f"{msisdn} {msisdn!r}"


@given(st.one_of(WRITTEN, st.text(alphabet="MTN-91 @:#*", max_size=13)))
@settings(max_examples=200)
def test_any_text_is_a_party_or_malformed_and_no_party_prints_its_digits(text: str) -> None:
    try:
        party = parse_party(text, "IN")
    except Malformed:
        return
    assert re.search(r"[0-9]{4}", repr(party)) is None


KINDS: Final = [kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN]


def test_the_short_way_for_e164_reads_every_country_as_the_library_does() -> None:
    examples = [
        number
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in KINDS
        if (number := phonenumbers.example_number_for_type(region, kind)) is not None
    ]
    assert len(examples) > 1000
    for number in examples:
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        parsed = phonenumbers.parse(e164)
        msisdn = Msisdn.parse(e164, "ZZ")
        assert msisdn.e164 == e164
        assert msisdn.region == phonenumbers.region_code_for_number(parsed)
        assert msisdn.takes_sms is (
            phonenumbers.number_type(parsed)
            in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
        )


def test_a_number_is_of_the_kind_that_the_library_says_even_with_another_last_digit() -> None:
    seen: set[int] = set()
    for region in phonenumbers.SUPPORTED_REGIONS:
        for kind in KINDS:
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            e164 = phonenumbers.format_number(example, PhoneNumberFormat.E164)
            for written in (e164, e164[:-1], e164 + "5", *(e164[:-3] + end for end in "079")):
                try:
                    parsed = phonenumbers.parse(written)
                except phonenumbers.NumberParseException:
                    continue
                expected = phonenumbers.number_type(parsed)
                found = find_number(written, "ZZ")
                assert (found.kind if found else PhoneNumberType.UNKNOWN) == expected, written
                seen.add(expected)
    assert seen >= {*KINDS, PhoneNumberType.UNKNOWN}


def test_the_tables_that_take_190_mb_are_not_loaded() -> None:
    program = "import sys, telecom.msisdn; print(*sorted(sys.modules), sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "phonenumbers" in loaded
    assert not {"phonenumbers.carrier", "phonenumbers.geocoder", "phonenumbers.timezone"} & {
        *loaded
    }
