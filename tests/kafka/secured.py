"""What makes a cluster of the tests a secured one: certificates of an authority of its own, and users with passwords."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MECHANISM = "SCRAM-SHA-512"
_A_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Secured:
    """A broker's second listener, `SASL_SSL`, for `users` by their passwords; nobody but the tests may do anything.

    The first one stays open on loopback, for the tests themselves: who has no name there may do everything.
    """

    users: Mapping[str, str] = field(default_factory=dict)

    def settings(self, folder: Path) -> dict[str, Any]:
        """Make the certificates in a folder, and return what the broker's settings have of this."""
        make_certificates(folder)
        modules = "org.apache.kafka.common.security"
        listener = "listener.name.clients"
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": folder / "broker.pem",
            "sasl.enabled.mechanisms": f"{MECHANISM},OAUTHBEARER",
            f"{listener}.scram-sha-512.sasl.jaas.config": f"{modules}.scram.ScramLoginModule required;",
            f"{listener}.oauthbearer.sasl.jaas.config": f"{modules}.oauthbearer.OAuthBearerLoginModule required"
            ' unsecuredLoginStringClaim_sub="broker";',
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }

    def formatting(self) -> list[str]:
        """Return what the storage tool is told of the users."""
        users = (f"{MECHANISM}=[name={name},password={password}]" for name, password in self.users.items())
        return [part for user in users for part in ("--add-scram", user)]


def make_certificates(folder: Path) -> None:
    """Make an authority, `ca.pem`, and by it a certificate of this machine's loopback with its key, `broker.pem`."""
    folder.mkdir(exist_ok=True)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    make_authority(folder, "ca")
    _openssl(folder, "req", *_A_KEY, "-keyout", "broker.key", "-out", "broker.csr", "-subj", "/CN=broker")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2"]
    _openssl(folder, "x509", "-req", "-in", "broker.csr", *signed, "-out", "broker.crt")
    (folder / "broker.pem").write_text((folder / "broker.key").read_text() + (folder / "broker.crt").read_text())


def make_authority(folder: Path, name: str) -> None:
    """Make the certificate and the key of an authority, `NAME.pem` and `NAME.key`."""
    files = ["-keyout", f"{name}.key", "-out", f"{name}.pem"]
    _openssl(folder, "req", "-x509", *_A_KEY, *files, "-subj", f"/CN={name} of the tests", "-days", "2")


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
