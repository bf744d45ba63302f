"""The folder of a run: removed after a clean run, otherwise kept and named."""

import pathlib
import shutil
import tempfile


class Folder:
    """The user of the folder sets `clean` if the run found no fault."""

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
