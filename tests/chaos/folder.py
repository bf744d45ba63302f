"""The folder of a run: gone when all was well, kept and named when not."""

import pathlib
import shutil
import tempfile


class Folder:
    """Whoever uses it says by `clean` that all was well."""

    def __init__(self, keep):
        self.keep = keep
        self.clean = False
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="contego-chaos-"))  # the path of a socket must be short

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.clean and not self.keep:
            shutil.rmtree(self.path)
        else:
            print(f"files of this run: {self.path}")
