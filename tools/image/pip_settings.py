"""Write this machine's pip configuration in a form that an image build can be lent: `pip_settings.py FOLDER`.

FOLDER gets
- `pip.conf`, and `ca.pem` where pip is told of a certificate;
- `lent`, to stand at /mnt in the build, with an empty folder for each of this machine's that packages are read from,
  and `mounts`, one a line, such a folder and its place there (a Debian image has a /mnt, so gets no new mount point);
- `private`, one a line, what no image may mention.
The configuration may hold credentials, so nothing of it is printed.
"""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What says where packages come from and how they are reached. The rest (user, target, …) is about installs here.
PLACES = ("index-url", "extra-index-url", "find-links")
REACHING = {
    *PLACES, "no-index", "trusted-host", "proxy", "cert", "timeout", "default-timeout", "retries",
}  # fmt: skip
CA_IN_BUILD = "/run/secrets/pip_ca"
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def settings() -> dict[str, str]:
    """What pip goes by here, by name: its files, and over them the environment."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found: dict[str, dict[str, str]] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if name in REACHING:
            found.setdefault(section, {})[name] = ast.literal_eval(value)
    return {name: value for section in ("global", "install", ":env:") for name, value in found.get(section, {}).items()}


def lend_folders(values: dict[str, str]) -> dict[Path, Path]:
    """What folder goes where in the build, of those that packages are read from here; `values` then point there."""
    lent: dict[Path, Path] = {}
    for name in PLACES:
        places = values.get(name, "").split()
        for i, place in enumerate(places):
            path = Path(unquote(urlsplit(place).path)) if place.startswith("file:") else Path(place)
            if path.is_absolute() and path.is_dir():
                # An index's pages point to files beside it.
                folder = path if name == "find-links" else path.parent
                inside = lent.setdefault(folder, Path("/mnt") / str(len(lent)))
                places[i] = (inside / path.relative_to(folder)).as_uri()
        if places:
            values[name] = "\n".join(places)
    return lent


def main() -> None:
    to = Path(sys.argv[1])
    values = settings()
    # pip itself falls back on these variables; in the build they would not be set.
    certificate = values.pop("cert", None) or next((os.environ[v] for v in CA_VARIABLES if os.environ.get(v)), None)
    if certificate is not None and Path(certificate).is_file():
        shutil.copyfile(certificate, to / "ca.pem")
        values["cert"] = CA_IN_BUILD
    private = [word for name in (*PLACES, "trusted-host", "proxy") for word in values.get(name, "").split()]
    lent = lend_folders(values)
    (to / "private").write_text("".join(f"{word}\n" for word in [*private, *lent]))
    for inside in lent.values():
        (to / "lent" / inside.name).mkdir(parents=True)
    (to / "mounts").write_text("".join(f"{folder}:{inside}\n" for folder, inside in lent.items()))
    lines = [f"{name} = {value}".replace("\n", "\n    ") for name, value in values.items()]
    (to / "pip.conf").write_text("\n".join(["[global]", *lines, ""]))


if __name__ == "__main__":
    main()
