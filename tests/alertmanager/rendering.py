"""What people and a pager are sent, as Alertmanager writes it by the deployed templates: rendered by its own amtool."""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.alertmanager import DEPLOYED, ROOT, program
from tests.alertmanager.examples import Example

GOLDEN = ROOT / "tests" / "golden" / "alertmanager"
_TEXTS = {
    "E-MAIL, SUBJECT": "recording.subject",
    "E-MAIL, TEXT": "recording.text",
    "TEAMS, TITLE": "recording.teams.title",
    "TEAMS, TEXT": "recording.teams.text",
}
_HTML = {"E-MAIL, HTML": "recording.html"}


def rendered(example: Example) -> str:
    """Return every text of an example under its heading, and what a pager without templates is sent."""
    data = _data(example)
    parts = {**_render(data, "text", _TEXTS), **_render(data, "html", _HTML)}
    parts["PAGER"] = json.dumps(data["alerts"], indent=2, ensure_ascii=False)
    return "\n".join(f"=== {heading} ===\n{text.strip()}\n" for heading, text in parts.items())


def _data(example: Example) -> dict[str, Any]:
    """Return what Alertmanager hands to a template, and sends to a webhook, for a group of all alerts of an example."""
    alerts = [_alert(told, example) for told in example.pushed()]
    alerts.sort(key=lambda alert: (alert["status"], alert["labels"].get("incident", "")))
    common = {
        part: dict(set.intersection(*({*alert[part].items()} for alert in alerts)))
        for part in ("labels", "annotations")
    }
    return {
        "receiver": "supervisors",
        "status": alerts[0]["status"],
        "alerts": alerts,
        "groupLabels": {},
        "commonLabels": common["labels"],
        "commonAnnotations": common["annotations"],
        "externalURL": "https://alertmanager.example",
    }


def _alert(told: dict[str, Any], example: Example) -> dict[str, Any]:
    over = example.forgotten or "outcome" in told["annotations"]
    return {"status": "resolved" if over else "firing", **told}


def _render(data: dict[str, Any], kind: str, templates: dict[str, str]) -> dict[str, str]:
    """Return some templates as text or as HTML, by their headings, in one run of amtool."""
    between = "\n=====\n"
    text = between.join(f'{{{{ template "{template}" . }}}}' for template in templates.values())
    with TemporaryDirectory() as folder:
        file = Path(folder) / "data.json"
        file.write_text(json.dumps(data), "utf-8")
        where = [f"--template.glob={DEPLOYED / 'templates' / '*.tmpl'}", f"--template.data={file}"]
        command = [
            program("amtool"),
            "template",
            "render",
            *where,
            f"--template.type={kind}",
            f"--template.text={text}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip(templates, done.stdout.split(between), strict=True))
