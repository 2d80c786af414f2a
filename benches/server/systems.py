"""The three systems: how each is started with its flags, and what is asked of it.

Each listens on free ports, writes what it says to a file, and stops with its `with` block.
"""

import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import formats
from questions import FLAGS, LAST, context

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

READY_S = 120
STOP_S = 15

GO_FEATURE_FLAG = "github.com/thomaspoignant/go-feature-flag"
GO_FEATURE_FLAG_VERSION = "v1.55.2"
# Built with it, and not in its own list of requirements.
SEMVER = "github.com/blang/semver v3.5.1+incompatible"
FLAGD_VERSION = "0.16.1"

ENVIRONMENT = "production"
BULK = "/ofrep/v1/evaluate/flags"


class Failure(Exception):
    """What went wrong, in words for the table."""


class Absent(Exception):
    """What is not on this machine, and can't be built by the script."""


@dataclass
class Unchanged:
    """One way to ask for the whole set again, and what answers when nothing changed."""

    what: str
    method: str
    path: str
    body: str = ""
    status: int = 304


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


def free_ports(count):
    """Ports that were free a moment ago: all are held until all are known."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


@dataclass
class System:
    """A running server. `build` makes its binary, `start` fills in `process` and `port`."""

    folder: Path
    name = ""
    unchanged = ()

    port: int = 0
    process: subprocess.Popen = None
    headers: dict = field(default_factory=lambda: {"Content-Type": "application/json"})

    def build(self):
        raise NotImplementedError

    def start(self):
        raise NotImplementedError

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def spawn(self, command, environment=None):
        with open(self.log(), "wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
            )

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def log(self):
        return self.folder / f"{self.name}.log"

    def write(self, name, document):
        path = self.folder / name
        path.write_text(json.dumps(document, separators=(",", ":")))
        return path

    def until_ready(self, port, path, method="GET", body=None):
        """Until this request is answered with 200."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                said = self.log().read_text(errors="replace").strip().splitlines()
                last = said[-1][-200:] if said else "nothing"
                raise Failure(f"ended with {self.process.returncode}, and said: {last}")
            try:
                if self.ask(method, path, body, port=port).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise Failure(f"not ready after {READY_S} s; see {self.log()}")

    def ask(self, method, path, body=None, headers=None, port=None):
        """One request, and its whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=60)
        try:
            connection.request(method, path, body, {**self.headers, **(headers or {})})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            connection.close()

    def rss_mb(self):
        """Resident memory of the server's process."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Failure("no VmRSS: the server ended")

    def cpu_s(self):
        """Processor time of the server's process since it started, user and system."""
        line = Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = line.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Vexil(System):
    name = "vexil"
    unchanged = (Unchanged("snapshot", "GET", "/sdk/v1/snapshot"),)

    def binary(self):
        return self.folder.parent / "release" / "vexil"

    def build(self):
        # Each by itself, so that neither is compiled with the features that the other asks for.
        for package in ("vexil", "vexil-bench-server"):
            command = [os.environ.get("CARGO", "cargo"), "build", "--release", "--package", package]
            if status := subprocess.call(command, cwd=ROOT, stdout=sys.stderr):
                raise Failure(f"{package} does not build (exit status {status})")

    def start(self):
        data = self.folder / "vexil-data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        [self.port] = free_ports(1)
        self.token = secrets.token_hex(32)
        listen = f"127.0.0.1:{self.port}"
        command = [self.binary(), "serve", "--listen", listen, "--data", data]
        self.spawn(command, {"VEXIL_ADMIN_TOKEN": self.token})
        self.until_ready(self.port, "/readyz")
        self.apply(self.write("vexil.json", formats.vexil(FLAGS)))
        self.key = self.make_key()
        self.headers["Authorization"] = f"Bearer {self.key}"

    def apply(self, path):
        command = [self.binary(), "apply", path, "--server", f"http://127.0.0.1:{self.port}"]
        command += ["--environment", ENVIRONMENT, "--reason", "bench"]
        applied = subprocess.run(
            command,
            env={**os.environ, "VEXIL_TOKEN": self.token},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        if applied.returncode:
            said = (applied.stdout.strip().splitlines() or ["nothing"])[-1]
            raise Failure(f"vexil apply ended with {applied.returncode}, and said: {said}")

    def make_key(self):
        asked = json.dumps({"environment": ENVIRONMENT, "kind": "server", "name": "bench"})
        administrator = {"Authorization": f"Bearer {self.token}"}
        answer = self.ask("POST", "/api/v1/keys", asked, administrator)
        if answer.status not in (200, 201):
            raise Failure(f"no key: {answer.status} {answer.body[:200]!r}")
        return answer.json()["key"]

    def driver(self, *arguments):
        """The figures that the driver of `src/` prints."""
        command = [self.folder.parent / "release" / "vexil-bench-server", *arguments]
        command += ["--server", f"127.0.0.1:{self.port}", "--flag", "simple_0"]
        environment = {**os.environ, "VEXIL_TOKEN": self.token, "VEXIL_SDK_KEY": self.key}
        driven = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False
        )
        if driven.returncode:
            said = driven.stderr.decode(errors="replace").strip()
            raise Failure(said.splitlines()[-1] if said else f"exit status {driven.returncode}")
        return json.loads(driven.stdout)


class Flagd(System):
    name = "flagd"
    unchanged = (
        Unchanged(
            "OFREP bulk",
            "POST",
            BULK,
            json.dumps({"context": context(0)}),
            status=200,
        ),
    )

    def binary(self):
        return shutil.which(os.environ.get("FLAGD", "flagd"))

    def build(self):
        if not self.binary():
            raise Absent(f"no flagd on the PATH or in FLAGD (measured with {FLAGD_VERSION})")

    def start(self):
        self.port, management, *others = free_ports(4)
        ports = dict(zip(("port", "sync-port"), others))
        ports |= {"ofrep-port": self.port, "management-port": management}
        source = self.write("flagd.json", formats.flagd(FLAGS))
        command = [self.binary(), "start", "--uri", f"file:{source}"]
        self.spawn([*command, *(f"--{name}={port}" for name, port in ports.items())])
        # It calls itself ready before it has read its flags.
        self.until_ready(management, "/readyz")
        self.until_ready(self.port, f"{BULK}/{LAST}", "POST", json.dumps({"context": {}}))


class GoFeatureFlag(System):
    name = "go-feature-flag"
    unchanged = (
        Unchanged("flag configuration", "POST", "/v1/flag/configuration", "{}"),
        Unchanged(
            "OFREP bulk",
            "POST",
            BULK,
            json.dumps({"context": context(0)}),
        ),
    )

    def binary(self):
        return self.folder / "bin" / "relayproxy"

    def build(self):
        """Through a module that only asks for it: `go install` with a version would want the list
        of all versions, which not every module proxy has."""
        module = self.folder / "go-feature-flag"
        module.mkdir(parents=True, exist_ok=True)
        required = f"{GO_FEATURE_FLAG} {GO_FEATURE_FLAG_VERSION}\n\t{SEMVER}"
        text = f"module bench\n\ngo 1.26\n\nrequire (\n\t{required}\n)\n"
        stamp = module / "built"
        if self.binary().exists() and stamp.exists() and stamp.read_text() == text:
            return
        if not shutil.which("go"):
            raise Absent("no Go to build it with")
        (module / "go.mod").write_text(text)
        environment = {
            **os.environ,
            "GOPATH": str(self.folder / "go"),
            "GOCACHE": str(self.folder / "go-build"),
            # Writable modules, so that the target folder can be removed as any other.
            "GOFLAGS": "-mod=mod -modcacherw",
        }
        package = f"{GO_FEATURE_FLAG}/cmd/relayproxy"
        command = ["go", "build", "-o", str(self.binary()), package]
        if status := subprocess.call(command, cwd=module, env=environment, stdout=sys.stderr):
            raise Failure(f"does not build (exit status {status})")
        stamp.write_text(text)

    def start(self):
        [self.port] = free_ports(1)
        source = self.write("go-feature-flag.json", formats.gofeatureflag(FLAGS))
        configuration = {
            "server": {"mode": "http", "host": "127.0.0.1", "port": self.port},
            "hideBanner": True,
            "fileFormat": "json",
            "retrievers": [{"kind": "file", "path": str(source)}],
        }
        path = self.write("go-feature-flag.yaml", configuration)
        self.spawn([self.binary(), "--config", path])
        self.until_ready(self.port, "/health")


SYSTEMS = (Vexil, Flagd, GoFeatureFlag)
