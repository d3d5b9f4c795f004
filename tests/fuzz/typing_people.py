"""What people type, and the phones that they hold."""

from __future__ import annotations

from typing import Final

from menu.screens import Display
from telecom.encoding import Limit

SECRETS: Final = ("73912846", "LalKila7391", "60481937", "गुप्त७३९१", "55*7391*28", "7391" * 45)
LARGE: Final = 60, 30  # septets and UCS-2 units of a page that every phrase of ours fits
DISPLAYS: Final = (
    Display(),
    Display(Limit(182, 80)),
    Display(is_latin=True),
    Display(Limit(100, 40)),
    Display(Limit(60, 30), is_latin=True),
    Display(Limit(20, 8)),
    Display(Limit(2, 2)),
)
TO_OFFERS: Final = ("1",) * 24 + ("2", "2", "2", "00", "0", "१", " 1. ", "२", "98", "3")
GO_ON: Final = ("CONTINUE", "Go on.", "जारी", "chaliye jan")  # by SMS
ANSWERS: Final = {
    "n": ("7", "৭", "２５", "0", "-3", "1,000", "12.5", "9" * 40, "1e5", "501"),
    "m": ("500", "Rs 1,250.50", "500/-", "₹२०", "-1", "100001", "0"),
    "d": ("today", "27-11-2026", "1/1/27", "31022027", "01-01-1900", "9-9-9999", "आज", "15 08 26"),
    "t": ("Asha", "राम सिंह", "ab", "x" * 160, "x" * 161, "க்ஷ" * 50, "a#b", "{n1} {0}"),
    "p": ("9812345678", "+91 98123 45678", "12", "०९८१२३४५६७८"),
    "z": ("110001", "११० ००१", "1100", "011000"),
    "y": ("1", "2", "yes", "हाँ", "হ্যাঁ", "3", "no"),
    "c": ("1", "2", "rice", "गेहूं", "அரிசி", "3"),
    "w": ("ABC1234", "abc1234", "AB1234", "१२३"),
    "r": ("market 0", "mark", "pric", "मंडी", "94328", "w1", "of", "zz", "2", "1", "১", "ப", "a"),
    "x": SECRETS,
}  # fmt: skip
GARBAGE: Final = (
    "", " ", "*", "#", "**", "1*1", "😀", "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 20,
    "\u200fمرحبا", "\u202eabc",
    "x" * 160, "1" * 160,
    "\x00", "é" * 300, "क्ष" * 60, "-1", "1.5", "௧", "①", "1 2", "yes no", "{t1}", "STOP",
)  # fmt: skip
KEYS: Final = (
    "1", "2", "3", "4", "5", "6", "7", "0", "00", "98", "99", "१", "২", " 1. ", "10", "13",
)  # fmt: skip
