"""`python -m tests.alertmanager` writes the golden files anew: look at what differs before it is committed."""

from tests.alertmanager.examples import examples
from tests.alertmanager.rendering import GOLDEN, rendered

if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for file in GOLDEN.glob("*.txt"):
        file.unlink()
    for name, example in examples().items():
        (GOLDEN / f"{name}.txt").write_text(rendered(example), "utf-8")
