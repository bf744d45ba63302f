"""The daemon of a former commit, built below build/former and kept there."""

import os
import pathlib
import subprocess

from programs import REPOSITORY

# Before the first release: change it when the schema changes so that an older daemon cannot work with it. Then: the former release.
COMMIT = "8ef4ab9bf6bdf2abdc48659c4e06a342bb0d1707"


def is_in_this_clone():
    """Returns whether the commit is here. A shallow clone has the newest commits only."""
    done = subprocess.run(["git", "rev-parse", "--is-shallow-repository"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "false"


def contegod():
    """Returns the path of the program. The first call takes some minutes."""
    tree = pathlib.Path(REPOSITORY) / "build/former" / COMMIT[:12]
    program = tree / "build/release/contegod"
    if not program.exists():
        if not tree.exists():
            run(REPOSITORY, "git", "worktree", "prune")
            run(REPOSITORY, "git", "worktree", "add", "-q", "--detach", tree, COMMIT)
        run(tree, "cmake", "--preset", "release")
        run(tree, "cmake", "--build", "--preset", "release", "--target", "contegod")
    return str(program)


def run(folder, *command):
    environment = {**os.environ, "CCACHE_BASEDIR": str(folder), "CCACHE_NOHASHDIR": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))} in {folder}:\n{done.stdout[-3000:]}"
