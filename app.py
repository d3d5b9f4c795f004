"""The Flask application: blueprints and commands, mounted. Nothing imports this module.

`create_app` opens nothing, so that commands work with broken menus and without Redis.
"""

from __future__ import annotations

import os

from flask import Flask

from cli import db, gateways, logs, menus, serve, worker
from cli.refusal import Refusal
from missed_call import routes as missed_call
from settings import BadSettings, Settings, load_settings
from simulator import command as handset
from sms import routes as sms
from ussd import routes as ussd
from web import health, short_links
from web.edge import Edge
from web.flask_door import FlaskDoor
from wiring import Bridge, build


def create_app() -> Flask:
    """Raises Refusal for bad settings, which ends a command with exit code 2."""
    app = Flask("sanket", static_folder=None)
    settings = _settings()
    logs.configure(settings.log_level)
    bridge = build(settings, os.environ)
    for noun in (db, gateways, menus, serve, worker):
        app.cli.add_command(noun.commands(lambda: bridge))
    app.cli.add_command(handset.commands())
    mount(app, bridge)
    return app


def mount(app: Flask, bridge: Bridge) -> None:
    """Every page of the bridge. gateways.yaml is read with the first webhook."""
    app.before_request(bridge.start)
    door = FlaskDoor(Edge(lambda: bridge.gateways), bridge.settings.trusted_proxies)
    app.register_blueprint(ussd.blueprint(bridge.ussd, door))
    app.register_blueprint(
        sms.blueprint(bridge.sms, door, bridge.inbox if bridge.settings.dev else None)
    )
    app.register_blueprint(missed_call.blueprint(bridge.missed_call, door))
    app.register_blueprint(short_links.blueprint(bridge.short_links))
    app.register_blueprint(
        health.blueprint({"database": bridge.sql_fault, "redis": bridge.redis_fault})
    )


def _settings() -> Settings:
    try:
        return load_settings(os.environ)
    except BadSettings as fault:
        raise Refusal("The settings are wrong:", fault.faults) from None
