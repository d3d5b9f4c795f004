"""`flask serve`: the outermost process. It checks, prepares, and then keeps three children alive.

flask serve ── redis          (unless BRIDGE_REDIS_URL names one)
            ├─ flask worker   (the dispatcher: sends what waits in the outbox)
            └─ web server     (granian's main process) ── web workers
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import click
import structlog

from cli import port as ports
from cli.lifeline import PARENT, end_with_named_parent
from cli.listening import find_inherited
from cli.ports import Bridge, BridgeFactory
from cli.process_tree import GLANCE_SECONDS, Child, ProcessTree
from cli.refusal import OTHER_KEY, NotYet, Refusal
from cli.stop_signals import renew_on_signals, stop_on_signals
from cli.web_member import START_SECONDS, WebServer
from menu.diagnostics import BadMenu
from models.database import DatabaseDown
from models.key_mark import OtherKey
from state.embedded import EmbeddedRedis, FolderInUse, RedisNotStarted

# Together under the 15 s that a supervisor is told to wait. A send needs 11 s at most.
CHILDREN_PATIENCE_SECONDS: Final = 12.0
REDIS_PATIENCE_SECONDS: Final = 2.0
CHECKOUT: Final = Path(__file__).resolve().parent.parent

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()

EXAMPLES: Final = """\b
Examples:
  BRIDGE_DEV=1 flask serve                  on http://127.0.0.1:8000, all state under var/
  PORT=8080 flask serve --workers 2         two web workers, for two cores
  flask serve --host ::1                    on the IPv6 loopback address
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`app` is what `flask --app` was given."""

    app: str
    address: str
    port: int
    workers: int
    threads: int
    patience_seconds: float

    @property
    def url(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{self.port}"


def commands(bridge_factory: BridgeFactory) -> click.Command:
    @click.command("serve", epilog=EXAMPLES)
    @click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
    @click.option(
        "--port",
        envvar="PORT",
        show_envvar=True,
        type=click.IntRange(1, 65535),
        default=8000,
        show_default=True,
    )
    @click.option(
        "--workers",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help="Web worker processes: one a core.",
    )
    @click.option(
        "--threads",
        type=click.IntRange(1, 256),
        default=16,
        show_default=True,
        help="Requests that one web worker answers at a time.",
    )
    @click.option(
        "--patience",
        type=click.FloatRange(0),
        default=5.0,
        show_default=True,
        help="Seconds to wait for a previous server to let go of the port and of var/.",
    )
    @click.pass_context
    def serve(
        ctx: click.Context, host: str, port: int, workers: int, threads: int, patience: float
    ) -> None:
        """Serve the bridge: web workers, dispatcher and, if none is configured, a Redis.

        Ends with exit code 2, and with nothing started, when the settings, gateways.yaml or
        menus.yaml are wrong. SIGTERM and Ctrl-C finish what is in flight first.
        """
        end_with_named_parent(os.environ)  # `make run` names itself
        bridge = bridge_factory()
        inherited = find_inherited(os.environ)
        if inherited is not None and inherited.family not in (socket.AF_INET, socket.AF_INET6):
            raise Refusal("not started: the socket that was handed over is no TCP socket")
        if inherited is not None:
            host, port = inherited.getsockname()[:2]
        plan = Plan(
            app=getattr(ctx.find_root().obj, "app_import_path", None) or "app",
            address=ports.resolve(host),
            port=port,
            workers=workers,
            threads=threads,
            patience_seconds=patience,
        )
        check(bridge, plan)
        line = inherited or ports.take_when_free(plan.address, plan.port, patience)
        run(bridge, plan, line, is_handed_over=inherited is not None)

    return serve


def check(bridge: Bridge, plan: Plan) -> None:
    """Raises Refusal. Starts and changes nothing."""
    if findings := bridge.check():
        raise Refusal("not started:", findings)
    if bridge.settings.dev and not ports.is_loopback(plan.address):
        raise Refusal(
            f"not started: BRIDGE_DEV=1 opens the simulator, and {plan.address} is not a loopback"
            " address"
        )


def run(bridge: Bridge, plan: Plan, line: socket.socket, *, is_handed_over: bool) -> None:
    """Starts everything, serves until a signal says stop, and stops everything.

    `line` is what is listened on; `is_handed_over`: it belongs to systemd, and outlives us.
    """
    redis = None if bridge.settings.redis_url else EmbeddedRedis(bridge.settings.var)
    env = environment_of_children(os.environ, plan, redis.url if redis else None)
    worker = Child("dispatcher", [*_python("flask"), "--app", plan.app, "worker"], env)
    argv = [*_python("cli.web_server"), *_web_arguments(plan)]
    web = WebServer(argv, env, line, plan.workers, is_handed_over=is_handed_over)
    tree = ProcessTree(members=[web, worker], base=redis, meter=bridge.meter)
    stop, renew = stop_on_signals(), renew_on_signals()
    try:
        if redis is not None:
            _start_redis(tree, redis, plan.patience_seconds)
        bridge.forget_counts()
        _prepare(bridge)
        tree.start(worker)
        tree.start(web)
        ready = _wait_until_ready(web, plan, stop)
        if not ready and not stop.is_set():
            raise click.ClickException("the web server does not start; its words are above")
        if ready:
            _greet(bridge, plan)
        tree.watch(stop, partial(_glance, bridge, tree, web, worker, renew))
    finally:
        tree.stop(CHILDREN_PATIENCE_SECONDS, REDIS_PATIENCE_SECONDS)


def environment_of_children(
    environ: Mapping[str, str], plan: Plan, redis_url: str | None
) -> dict[str, str]:
    """What every child finds: its parent, the port, the checkout, and the built-in Redis."""
    paths = [str(CHECKOUT), *filter(None, [environ.get("PYTHONPATH")])]
    own = {name: text for name, text in environ.items() if not name.startswith("LISTEN_")}
    return {
        **own,
        "PYTHONPATH": os.pathsep.join(paths),
        "PORT": str(plan.port),
        PARENT: str(os.getpid()),
        **({"BRIDGE_REDIS_URL": redis_url} if redis_url else {}),
    }


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _web_arguments(plan: Plan) -> list[str]:
    return [
        *("--app", plan.app, "--host", plan.address, "--port", str(plan.port)),
        *("--workers", str(plan.workers), "--threads", str(plan.threads)),
    ]


def _wait_until_ready(web: WebServer, plan: Plan, stop: threading.Event) -> bool:
    give_up_at = time.monotonic() + START_SECONDS
    while not web.is_ready():
        if web.has_exited() or time.monotonic() >= give_up_at or stop.wait(GLANCE_SECONDS):
            return False
    return ports.wait_until_served(
        plan.address,
        plan.port,
        patience_seconds=give_up_at - time.monotonic(),
        hopeless=lambda: stop.is_set() or web.has_exited(),
    )


def _glance(
    bridge: Bridge, tree: ProcessTree, web: WebServer, worker: Child, renew: threading.Event
) -> None:
    """On SIGUSR2 new processes take over, unless what they would read is wrong.

    Who asks in the middle of a replacement is obeyed after it: the files may have changed since.
    """
    if renew.is_set() and not web.is_being_replaced():
        renew.clear()
        if findings := bridge.check():
            log.error("not renewed", member="web", why="gateways.yaml or menus.yaml is wrong")
            for finding in findings:
                click.echo(finding, err=True)
        else:
            web.renew()
            tree.renew(worker)
    web.glance()


def _prepare(bridge: Bridge) -> None:
    """Raises Refusal."""
    try:
        bridge.migrate()
        bridge.check_key()
        bridge.publish_menu()
        bridge.tell_lacks()
    except DatabaseDown as fault:
        raise NotYet(f"not started: the database does not answer ({fault})") from None
    except OtherKey:
        raise Refusal(OTHER_KEY) from None
    except BadMenu as fault:  # saved since it was checked
        findings = [str(found) for found in fault.diagnostics]
        raise Refusal("not started: the menu has errors", findings) from None


def _start_redis(tree: ProcessTree, redis: EmbeddedRedis, patience_seconds: float) -> None:
    """Raises Refusal."""
    try:
        redis.claim(patience_seconds)
        tree.start(redis)
    except (FolderInUse, RedisNotStarted) as fault:
        raise Refusal(f"not started: {fault}") from fault
    except OSError as fault:
        raise Refusal(f"not started: {fault.filename}: {fault.strerror}") from fault


def _greet(bridge: Bridge, plan: Plan) -> None:
    lines: Sequence[str] = bridge.how_to_reach()
    click.secho(f"Sanket serves on {plan.url}  (Ctrl-C stops it)", bold=True)
    for line in lines:
        click.echo(f"  {line}")
    if bridge.settings.dev:
        at = "" if plan.port == 8000 else f"PORT={plan.port} "
        click.echo(f"A handset, in another terminal: {at}make phone")
