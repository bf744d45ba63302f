"""Nothing of a run is left when it ends, however it ends. Needs root and namespaces, as the run does."""

import pathlib
import signal
import subprocess
import sys
import uuid

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end")]

import enclosure  # noqa: E402
from programs import wait_for  # noqa: E402

# A host, and processes on it of all kinds: a child, an orphan, and a process in a session of its own.
SITE = """
ip netns add fleet-test-host
ip link add fleet-test type veth peer name wire
ip link set wire netns fleet-test-host
nsenter --net=/run/netns/fleet-test-host sh -c ': $0; sleep 600' MARK &
(nsenter --net=/run/netns/fleet-test-host sh -c ': $0; sleep 600' MARK &)
setsid sh -c ': $0; trap "" TERM INT HUP; sleep 600' MARK &
touch /run/fleet-test /dev/shm/fleet-test
echo ready
"""
CALLER = "import sys; sys.path.insert(0, sys.argv[1]); import enclosure; sys.exit(enclosure.run(sys.argv[2:]))"


def processes(mark):
    found = []
    for one in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            found += [one.name] if mark in (one / "cmdline").read_text() else []
        except OSError:  # it has ended
            pass
    return found


@pytest.fixture
def mark():
    return f"fleet-test-{uuid.uuid4()}"


def start(mark, end):
    script = SITE.replace("MARK", mark) + end
    return subprocess.Popen([sys.executable, "-c", CALLER, HERE, "sh", "-c", script, mark], stdout=subprocess.PIPE, text=True)


def left_over(mark):
    """Returns everything of the run that can be seen on this machine."""
    links = subprocess.run(["ip", "-brief", "link"], capture_output=True, text=True, check=True).stdout
    files = [str(path) for path in map(pathlib.Path, ("/run/fleet-test", "/dev/shm/fleet-test", "/run/netns/fleet-test-host")) if path.exists()]
    return processes(mark) + files + [line for line in links.splitlines() if "fleet-test" in line]


@pytest.mark.parametrize("how, code", [(signal.SIGINT, enclosure.INTERRUPTED), (signal.SIGTERM, enclosure.INTERRUPTED), (signal.SIGKILL, -9)])
def test_nothing_is_left_when_the_run_is_ended_from_outside(mark, how, code):
    run = start(mark, "sleep 600")
    assert run.stdout.readline() == "ready\n"
    assert len(processes(mark)) > 4

    run.send_signal(how)

    assert run.wait(20) == code
    wait_for(lambda: not left_over(mark), what=lambda: left_over(mark))


@pytest.mark.parametrize("code", [0, 3])
def test_nothing_is_left_when_the_command_ends_and_its_exit_code_is_returned(mark, code):
    run = start(mark, f"exit {code}")

    assert run.wait(20) == code
    wait_for(lambda: not left_over(mark), what=lambda: left_over(mark))


def test_the_run_has_a_network_of_its_own(mark):
    run = start(mark, "ip -brief link; sleep 600")
    assert run.stdout.readline() == "ready\n"
    lines = [run.stdout.readline(), run.stdout.readline()]

    assert any("fleet-test" in line for line in lines)
    assert not [line for line in left_over(mark) if "UP" in line or "DOWN" in line]
    run.send_signal(signal.SIGINT)
    assert run.wait(20) == enclosure.INTERRUPTED
    wait_for(lambda: not left_over(mark), what=lambda: left_over(mark))


def test_a_machine_that_allows_namespaces_is_not_refused():
    assert enclosure.refusal() == ""


def test_a_user_without_the_right_is_told_why_nothing_was_tested():
    done = subprocess.run(["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--",
                           sys.executable, "-B", HERE / "run", "short"], capture_output=True, text=True, check=False)

    assert done.returncode == 77
    assert done.stderr.startswith("SKIPPED, nothing was tested: ") and "HINT: run as root" in done.stderr
