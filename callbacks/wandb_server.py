"""Whether the W&B server can be used: its address, the key for it, and a question to it."""

from __future__ import annotations

import base64
import json
import os
import queue
import threading
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

PROBE_SECONDS = 3.0
NO_KEY = "no API key was found; `wandb login` or WANDB_API_KEY sets one"


@dataclass(frozen=True)
class Server:
    """A W&B server as the client finds it.

    Attributes:
        url: its address, without a slash at the end.
        key: the API key; "" where there is none.
        token: whether an identity token stands in for the key.
    """

    url: str
    key: str
    token: bool = False

    @property
    def host(self) -> str:
        """The address without the scheme."""
        return urlsplit(self.url).netloc or self.url

    def trouble(self, seconds: float = PROBE_SECONDS) -> str:
        """Return why the server cannot be used, in a few words, or "" when it can.

        Asks the server who the key belongs to, through the proxies of the environment. Comes back
        after `seconds` at the latest, whatever name servers, proxies or the server do.
        """
        if not (self.key or self.token):
            return NO_KEY
        answers: queue.Queue[str] = queue.Queue()
        # A name server that is silent cannot be interrupted, so the question gets its own thread.
        asking = threading.Thread(target=lambda: answers.put(self._ask(seconds)), daemon=True)
        asking.start()
        try:
            return answers.get(timeout=seconds)
        except queue.Empty:
            return self._silence(seconds)

    def _silence(self, seconds: float) -> str:
        return f"{self.host} did not answer within {seconds:g} s"

    def _ask(self, seconds: float) -> str:
        try:
            viewer = self._viewer(seconds)
        except OSError as error:
            return self._why(error, seconds)
        except (ValueError, KeyError, TypeError):
            return f"{self.host} did not answer like a W&B server"
        return "" if viewer or self.token else f"{self.host} does not know the API key"

    def _viewer(self, seconds: float) -> object:
        query = json.dumps({"query": "query Viewer { viewer { id } }"}).encode()
        request = Request(f"{self.url}/graphql", query, {"Content-Type": "application/json"})
        if self.key:
            secret = base64.b64encode(f"api:{self.key}".encode()).decode()
            # Not sent on to wherever a redirection leads.
            request.add_unredirected_header("Authorization", f"Basic {secret}")
        with urlopen(request, timeout=seconds) as answer:
            return json.load(answer)["data"]["viewer"]

    def _why(self, error: OSError, seconds: float) -> str:
        if isinstance(error, HTTPError):
            if error.code not in (401, 403):
                return f"{self.host} answered with HTTP status {error.code}"
            return "" if self.token else f"{self.host} refused the API key ({error.code})"
        cause = error.reason if isinstance(error, URLError) else error
        if isinstance(cause, TimeoutError):
            return self._silence(seconds)
        return f"{self.host} cannot be reached ({cause})"


def find_server() -> Server:
    """Return the server and key that the W&B client would use, without asking anybody for one.

    Raises:
        wandb.errors.Error: a key is there and cannot be one.
    """
    # Takes a second to import, and only runs with W&B come here.
    from wandb.sdk.lib import wbauth  # noqa: PLC0415
    from wandb.sdk.wandb_setup import singleton  # noqa: PLC0415

    settings = singleton().settings
    url = settings.base_url.rstrip("/")
    key = os.environ.get("WANDB_API_KEY") or wbauth.read_netrc_auth(host=url) or settings.api_key
    return Server(url, key or "", token=bool(settings.identity_token_file) and not key)
