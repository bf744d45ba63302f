"""Runs a command in namespaces of its own: processes, network, mounts, shared memory and host name.

The kernel removes a namespace with its last process. It ends all processes of a namespace when the first of them ends. So nothing is left
when the command ends, however it ends: processes, hosts, links and files below /run all vanish, even after kill -9 of the caller.
"""

import signal
import subprocess

INTERRUPTED = 130
# The chain of parents: if the caller dies, the kernel kills unshare; if unshare dies, it kills the shell, which is the first process.
NAMESPACES = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--mount-proc", "--fork", "--kill-child"]
# The shell stays as the first process because it reaps orphans: a killed Patroni leaves its PostgreSQL to it.
FIRST = 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev/shm && "$@"; exit $?'


def inside(command):
    return [*NAMESPACES, "sh", "-c", FIRST, "first", *command]


def refusal():
    """Returns why this machine allows no namespaces, or an empty string."""
    try:
        done = subprocess.run(inside(["ip", "link", "add", "probe", "type", "bridge"]), capture_output=True, text=True, check=False)
    except OSError as error:
        return f"setpriv or unshare is missing ({error.strerror})"
    if done.returncode == 0 or "ip: not found" in done.stderr:  # a missing package is not a missing right
        return ""
    return f"this machine allows no namespaces ({done.stderr.strip()}); HINT: run as root, with CAP_SYS_ADMIN"


def run(command):
    """Runs the command and returns its exit code, or INTERRUPTED after SIGINT or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A session of its own, so that Ctrl-C at the terminal reaches only this process: there is nothing for the others to clean up.
    process = subprocess.Popen(inside(command), start_new_session=True)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        process.kill()
        process.wait()
