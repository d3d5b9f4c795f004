"""`flask serve`: the outermost process. It checks, prepares, and then keeps three children alive.

flask serve ── redis          (unless BRIDGE_REDIS_URL names one)
            ├─ flask worker   (the dispatcher: sends what waits in the outbox)
            └─ web server     (granian's main process) ── web workers
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from cli import port as ports
from cli.lifeline import PARENT, end_with_named_parent
from cli.ports import Bridge, BridgeFactory
from cli.process_tree import Child, ProcessTree
from cli.refusal import Refusal
from cli.stop_signals import stop_on_signals
from menu.diagnostics import BadMenu
from models.database import DatabaseDown
from state.embedded import EmbeddedRedis, FolderInUse, RedisNotStarted

START_SECONDS: Final = 60.0
# Together under the 15 s that a supervisor is told to wait. A send needs 11 s at most.
CHILDREN_PATIENCE_SECONDS: Final = 12.0
REDIS_PATIENCE_SECONDS: Final = 2.0
CHECKOUT: Final = Path(__file__).resolve().parent.parent

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
        plan = Plan(
            app=getattr(ctx.find_root().obj, "app_import_path", None) or "app",
            address=ports.resolve(host),
            port=port,
            workers=workers,
            threads=threads,
            patience_seconds=patience,
        )
        check(bridge, plan)
        run(bridge, plan)

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
    ports.wait_until_free(plan.address, plan.port, plan.patience_seconds)


def run(bridge: Bridge, plan: Plan) -> None:
    """Starts everything, serves until a signal says stop, and stops everything."""
    redis = None if bridge.settings.redis_url else EmbeddedRedis(bridge.settings.var)
    env = environment_of_children(os.environ, plan, redis.url if redis else None)
    worker = Child("dispatcher", [*_python("flask"), "--app", plan.app, "worker"], env)
    web = Child("web", [*_python("cli.web_server"), *_web_arguments(plan)], env)
    tree = ProcessTree(members=[web, worker], base=redis, meter=bridge.meter)
    stop = stop_on_signals()
    try:
        if redis is not None:
            _start_redis(tree, redis, plan.patience_seconds)
        bridge.forget_counts()
        _prepare(bridge)
        tree.start(worker)
        tree.start(web)
        ready = ports.wait_until_served(
            plan.address,
            plan.port,
            patience_seconds=START_SECONDS,
            hopeless=lambda: stop.is_set() or web.has_exited(),
        )
        if not ready and not stop.is_set():
            raise click.ClickException("the web server does not start; its words are above")
        if ready:
            _greet(bridge, plan)
        tree.watch(stop)
    finally:
        tree.stop(CHILDREN_PATIENCE_SECONDS, REDIS_PATIENCE_SECONDS)


def environment_of_children(
    environ: Mapping[str, str], plan: Plan, redis_url: str | None
) -> dict[str, str]:
    """What every child finds: its parent, the port, the checkout, and the built-in Redis."""
    paths = [str(CHECKOUT), *filter(None, [environ.get("PYTHONPATH")])]
    return {
        **environ,
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


def _prepare(bridge: Bridge) -> None:
    """Raises Refusal."""
    try:
        bridge.migrate()
        bridge.publish_menu()
    except DatabaseDown as fault:
        raise Refusal(f"not started: the database does not answer ({fault})") from None
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
