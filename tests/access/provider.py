"""An identity provider on this machine that does what a test tells it, and checks what it gets."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET = "monitor", "s3cret/and more"


class Idp:
    """Keeps one key in force and one code good."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked_for_keys = 0
        self.challenge = ""
        self.claims: dict[str, Any] = {}
        self.names_keys = True
        self.issuer = url
        self.rotate()

    def rotate(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.kid = hashlib.sha256(str(self.key.private_numbers()).encode()).hexdigest()[:8]

    def token(self, **changes: Any) -> str:
        now = int(time.time())
        said = {"iss": self.url, "sub": "u1", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims = {name: value for name, value in (said | changes).items() if value is not None}
        named = {"kid": self.kid} if self.names_keys else {}
        return jwt.encode(claims, self.key, algorithm="ES256", headers=named)

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            return 200, {"issuer": self.issuer} | {name: f"{self.url}/{name}" for name in names}
        if path == "/jwks_uri":
            self.asked_for_keys += 1
            shown = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
            secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}
            return 200, {"keys": [shown | {"kid": self.kid, "use": "sig"}, secret]}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
        if not proven or form.get("code") != "good" or not _known(authorization):
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.token(**self.claims)}


def _known(authorization: str) -> bool:
    scheme, _, pair = authorization.partition(" ")
    return scheme == "Basic" and base64.b64decode(pair) == b"monitor:s3cret%2Fand%20more"


@contextmanager
def provider() -> Iterator[Idp]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            given = self.headers.get("authorization", "")
            status, body = made.answer(urlsplit(self.path).path, form, given)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Idp(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        server.shutdown()
        thread.join()
