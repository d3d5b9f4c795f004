"""The Flask application: blueprints and commands, mounted. Nothing imports this module.

`create_app` opens nothing, so that commands work with broken menus and without Redis.
"""

from __future__ import annotations

import os
from functools import cache

import click
from flask import Flask

from cli import logs
from cli.all_nouns import NOUNS
from cli.refusal import Refusal
from cli.web_server import WARM
from health import routes as health
from missed_call import routes as missed_call
from settings_reading import BadSettings, load_settings
from simulator import command as handset
from sms import routes as sms
from ussd import routes as ussd
from watching import Watch
from web import errors, short_links
from web.clients import Clients
from web.edge import Edge
from web.flask_door import FlaskDoor
from web.wsgi_door import WsgiDoor
from wiring import Bridge, build


def create_app() -> Flask:
    """Raises Refusal for bad settings; a command line still gets its commands and their help."""
    app = Flask("sanket", static_folder=None)
    bridge = cache(_bridge)  # one a process, made when the first command or page asks
    for commands_of in NOUNS:
        app.cli.add_command(commands_of(bridge))
    app.cli.add_command(handset.commands())
    try:
        mount(app, bridge())
    except Refusal:
        if click.get_current_context(silent=True) is None:
            raise
    return app


def _bridge() -> Bridge:
    """Raises Refusal, which ends a command with exit code 2."""
    try:
        settings = load_settings(os.environ)
    except BadSettings as fault:
        raise Refusal("The settings are wrong:", fault.faults) from None
    logs.configure(settings.log_level)
    logs.watch_threads()
    return build(settings, os.environ)


def mount(app: Flask, bridge: Bridge) -> None:
    """Every page of the bridge. gateways.yaml is read before the first webhook."""
    errors.register(app)
    app.before_request(bridge.start)
    app.extensions[WARM] = bridge.warm
    clients = Clients(bridge.settings.trusted_proxies)
    edge = Edge(lambda: bridge.gateways, bridge.meter)
    door = FlaskDoor(edge, clients)
    app.register_blueprint(ussd.blueprint(bridge.ussd, door))
    inbox = bridge.inbox if bridge.settings.dev else None
    app.register_blueprint(sms.blueprint(bridge.sms, bridge.dlrs, bridge.optouts, door, inbox))
    app.register_blueprint(missed_call.blueprint(bridge.missed_call, door))
    app.register_blueprint(short_links.blueprint(bridge.short_links, clients))
    # The busiest webhooks do not go through Flask's own dispatch, which costs more than they do.
    busiest = {
        "ussd": ("ussd", bridge.ussd.turn),
        "sms": ("sms", bridge.sms.receive),
        "sms/dlr": ("dlr", bridge.dlrs.receive),
        "missed-call": ("missed_call", bridge.missed_call.ring),
    }
    app.wsgi_app = WsgiDoor(app.wsgi_app, edge, clients, busiest, bridge.start)  # type: ignore[method-assign]
    watch = Watch(bridge)
    app.register_blueprint(
        health.blueprint(
            watch.readiness, watch.write_metrics, clients, bridge.settings.metrics_allow
        )
    )
