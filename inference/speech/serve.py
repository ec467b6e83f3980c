"""Starts speaches on models that lie in plain folders: nothing is fetched, and nothing is asked of a network.

usage: serve.py MODEL=FOLDER [MODEL=FOLDER ...]; one that is empty is left out

speaches looks for its models in Hugging Face's cache and reads each one's model card to know what it is:
the folder is linked in there, and must hold the repository's README.md.
Standard library only: it runs inside the server's own image.
"""

import os
import sys
from pathlib import Path

REVISION = "local"


def link(hub, model, folder):
    """Puts a folder into the cache as the one revision of a model."""
    repository = hub / ("models--" + model.replace("/", "--"))
    for name in ("snapshots", "refs"):
        (repository / name).mkdir(parents=True, exist_ok=True)
    (repository / "refs" / "main").write_text(REVISION)
    snapshot = repository / "snapshots" / REVISION
    snapshot.unlink(missing_ok=True)
    snapshot.symlink_to(folder.resolve(), target_is_directory=True)


def main(arguments):
    pairs = [argument.partition("=") for argument in arguments if argument]
    if not pairs or not all(model and folder for model, _, folder in pairs):
        print(__doc__, file=sys.stderr)
        return 2
    hub = Path(os.environ.get("HF_HUB_CACHE", "/tmp/hub"))
    for model, _, folder in pairs:
        if not (Path(folder) / "README.md").is_file():
            print(f"{folder}: holds no README.md; expected the files of {model}", file=sys.stderr)
            return 1
        link(hub, model, Path(folder))
    os.environ.update(HF_HUB_CACHE=str(hub), HF_HUB_OFFLINE="1")
    os.execvp("uvicorn", ["uvicorn", "--factory", "speaches.main:create_app"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
