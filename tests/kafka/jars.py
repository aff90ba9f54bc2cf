"""Apache Kafka's own jars, fetched once by Maven into the checkout."""

import fcntl
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
FOLDER = Path(__file__).parents[2] / ".kafka"


def class_path() -> str:
    """Return the class path of the version that the pom names, fetched if it is not there; several processes may ask."""
    lib = FOLDER / sha256(POM.read_bytes()).hexdigest()[:12]
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (lib / "complete").exists():
            shutil.rmtree(lib, ignore_errors=True)
            goal = ["dependency:copy-dependencies", f"-DoutputDirectory={lib}"]
            done = subprocess.run(["mvn", "-q", "-B", "-f", POM, *goal], capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"Maven could not fetch Apache Kafka: {done.stdout[-2000:]}")
            (lib / "complete").touch()
    return f"{lib}/*"
