"""What Schemathesis cannot know about the product."""

import itertools
import os
from urllib.parse import urlparse

import requests
import schemathesis

FOREIGN = os.environ["FOREIGN_WORKSPACE_ID"]

# The product limits requests without an account per network. The run acts as many strangers by sending the header
# that a reverse proxy on this machine would send, so the limit stays on. A caller with an account has its own limit.
_strangers = itertools.count()
_send = requests.Session.send


def _send_from_elsewhere(self, request, **kwargs):
    n = next(_strangers)
    request.headers["X-Forwarded-For"] = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
    return _send(self, request, **kwargs)


requests.Session.send = _send_from_elsewhere


@schemathesis.check
def foreign_workspace(ctx, response, case):
    """Nothing of a workspace that the caller has no part in is told: it is 404, as if there were none.

    401 answers what other checks send without credentials, 403 what they send from another Origin; 405 and 429
    come first.
    """
    url = urlparse(response.request.url)
    if f"/workspaces/{FOREIGN}" in url.path:
        is_ours = response.request.headers.get("Origin") == f"{url.scheme}://{url.netloc}"
        allowed = (401, 404, 405, 429) if is_ours else (401, 403, 404, 405, 429)
        assert response.status_code in allowed, f"{response.status_code} for a foreign workspace"


@schemathesis.check
def refusal_says_why(ctx, response, case):
    """Every refusal is problem details; one of the request's contents names what to change."""
    path = urlparse(response.request.url).path
    if not path.startswith("/api/") or response.status_code < 400 or response.request.method == "HEAD":
        return
    problem = response.json()
    assert problem["status"] == response.status_code, "the problem has another status than the answer"
    assert problem["detail"], "the problem has no sentence"
    if response.status_code == 422:
        assert problem["code"] == "invalid_input", f"422 with code {problem['code']}"
