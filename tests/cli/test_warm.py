"""A web worker is warm before its first webhook: nobody's turn pays for the start."""

from __future__ import annotations

from typing import Any

from cli.web_server import WARM


def test_menus_and_gateways_are_read_before_the_first_webhook(house: Any) -> None:
    vars(house.bridge).pop("shelf", None)
    house.bridge.library._served = None
    house.app.extensions[WARM]()
    assert house.bridge.library._served is not None
    assert "shelf" in vars(house.bridge)


def test_what_cannot_be_read_stops_no_worker(house: Any) -> None:
    vars(house.bridge).pop("shelf", None)
    house.bridge.library._served = None
    house.bridge.settings.gateways.write_text("gateways:\n  x: {vendor: nobody}\n")
    house.lose_database()
    house.app.extensions[WARM]()
    assert house.bridge.library._served is None
    house.find_database()
    assert house.client.get("/healthz").status_code == 200
