"""All that is written, by the path of each file from the top of the project."""

from deploy.source import grafana, kubernetes, prometheus, runbooks

FOLDERS = (prometheus.FOLDER, grafana.FOLDER, kubernetes.FOLDER)
"""The folders in which nothing lies that is not written here."""


def everything() -> dict[str, str]:
    """Return the text of every file, by its path."""
    return {**prometheus.files(), **grafana.files(), **kubernetes.files(), **runbooks.files()}
