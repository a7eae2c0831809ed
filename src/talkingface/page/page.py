"""The page that a browser shows. The only file that knows Gradio."""

from __future__ import annotations

import html
import threading
import time
import traceback
from collections.abc import Sequence
from typing import Any

import gradio as gr
from fastapi import FastAPI

from talkingface.animation.watch import Watch
from talkingface.errors import UserError
from talkingface.faces.choice import parse_choice
from talkingface.motion.transfer import Transfer
from talkingface.page.examples import Examples
from talkingface.page.guard import Guard
from talkingface.page.work import Shown, Stopped, Stops, Wish, Worker

TITLE = "TalkingFace Motion"
_FACES = [
    ("the largest", "largest"),
    *((f"number {number + 1} from the left", str(number)) for number in range(4)),
]
_FRAMES = [("nearest frame", "nearest"), ("frontal frame", "frontal"), ("first frame", "first")]
# A browser has nothing of more.
_SECONDS_BETWEEN_NEWS = 0.2
_CSS = """
.gradio-container { max-width: 1200px !important; margin: auto; }
#status { min-height: 1.5em; }
#status [role=alert] {
  border-left: 4px solid #dc2626; padding: 0.25em 0.75em; overflow-wrap: anywhere;
}
footer { display: none !important; }
/* Cutting would fetch a program from another host. */
#reference button[aria-label*="rim"] { display: none; }
"""


def page_app(worker: Worker, stops: Stops, examples: Sequence[Examples]) -> FastAPI:
    """Return the page as an ASGI application.

    Args:
        worker: what makes videos.
        stops: what stops them.
        examples: what is offered to try.
    """
    blocks = _blocks(worker, stops, examples)
    blocks.queue(max_size=worker.limits.waiting, default_concurrency_limit=1, api_open=False)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, worker.folders, worker.limits.largest_bytes)
    gr.mount_gradio_app(
        app, blocks, "/", "127.0.0.1", footer_links=[], run_history=False, allowed_paths=[],
        blocked_paths=[], show_error=False, max_file_size=worker.limits.largest_bytes,
        ssr_mode=False, enable_monitoring=False, pwa=False, mcp_server=False,
        theme=_theme(),
        css=_CSS,
    )  # fmt: skip
    # Else Gradio takes itself for not started yet, when it copies any file that a request names to
    # where requests can get it.
    blocks.has_launched = True
    return app


def _theme() -> gr.themes.Base:
    # Fonts that every system has, for none is to be fetched.
    theme = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"])
    return theme.set(block_info_text_color="*neutral_500")


def _blocks(worker: Worker, stops: Stops, examples: Sequence[Examples]) -> gr.Blocks:
    limits = worker.limits
    with gr.Blocks(title=TITLE, analytics_enabled=False) as blocks:
        gr.Markdown(
            f"# {TITLE}\nA portrait and a reference video become a talking video. Files of up to "
            f"{limits.largest_mb:g} MB, references of up to {limits.longest_seconds:g} seconds; "
            f"all is removed {limits.keep_minutes:g} minutes after it was made."
        )
        with gr.Row():
            with gr.Column():
                files = _files(examples)
                choices = _choices()
            with gr.Column():
                with gr.Row():
                    go = gr.Button("Animate", variant="primary", elem_id="go")
                    stop = gr.Button("Stop", elem_id="stop")
                status = gr.HTML(elem_id="status")
                result = gr.Video(label="Result", interactive=False, elem_id="result", height=420)
        # Gradio's own reading of files would refuse or change some that this project can read.
        making = go.click(
            _handler(worker, stops), [*files, *choices], [result, status], preprocess=False,
            concurrency_limit=1, api_visibility="private", show_progress_on=[result],
        )  # fmt: skip

        def left(request: gr.Request) -> None:
            stops.stop(str(request.session_hash))

        def stopped(request: gr.Request) -> str:
            left(request)
            return "Stopped."

        # Gradio takes a waiting job out of its queue; one that runs has to end by itself.
        stop.click(
            stopped, None, status, queue=False, cancels=[making], api_visibility="private",
            show_progress="hidden",
        )  # fmt: skip
        blocks.unload(left)
    return blocks


def _files(examples: Sequence[Examples]) -> list[Any]:
    with gr.Row():
        portrait = gr.Image(
            label="Portrait", type="filepath", image_mode=None, sources=["upload", "clipboard"],
            elem_id="portrait", height=280,
        )  # fmt: skip
        reference = gr.Video(
            label="Reference", sources=["upload"], format=None, elem_id="reference", height=280
        )
    portraits = [[str(path)] for each in examples for path in each.portraits]
    references = [[str(path)] for each in examples for path in each.references]
    with gr.Row():
        for files, target, name in (
            (portraits, portrait, "portraits"),
            (references, reference, "references"),
        ):
            if files:
                with gr.Column(min_width=160):
                    gr.Examples(
                        files, target, label=f"Example {name}", elem_id=name, cache_examples=False,
                        api_visibility="private",
                    )  # fmt: skip
    return [portrait, reference]


def _choices() -> list[Any]:
    with gr.Row():
        head = gr.Slider(
            0, 2, 1, step=0.05, label="Head motion", info="0 keeps the portrait's", elem_id="head"
        )
        face = gr.Slider(
            0, 2, 1, step=0.05, label="Facial motion", info="0 keeps the portrait's", elem_id="face"
        )
    with gr.Row():
        relative = gr.Checkbox(
            label="Relative", info="add changes to the portrait's own pose", elem_id="relative"
        )
        paste = gr.Checkbox(label="Whole portrait", info="paste the face back", elem_id="paste")
        beside = gr.Checkbox(
            label="Side by side", info="portrait, reference, result", elem_id="beside"
        )
    with gr.Accordion("More", open=False), gr.Row():
        relative_to = gr.Dropdown(_FRAMES, value="nearest", label="Relative to the")
        portrait_face = gr.Dropdown(_FACES, value="largest", label="Face in the portrait")
        driving_face = gr.Dropdown(_FACES, value="largest", label="Face in the reference")
    return [head, face, relative, paste, beside, relative_to, portrait_face, driving_face]


def _handler(worker: Worker, stops: Stops) -> Any:
    def made(
        portrait: Any, reference: Any, head: float, face: float, relative: bool, paste: bool,
        beside: bool, relative_to: Any, portrait_face: str, driving_face: str,
        request: gr.Request, progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio knows
    ) -> tuple[Any, str]:  # fmt: skip
        try:
            wish = Wish(
                _path(portrait), _path(reference),
                Transfer(bool(relative), relative_to, float(head), float(face)),
                bool(paste), bool(beside), parse_choice(portrait_face), parse_choice(driving_face),
            )  # fmt: skip

            def work(stop: threading.Event) -> Shown:
                return worker.make(wish, _told(progress), stop)

            shown = stops.run(str(request.session_hash), work)
        except UserError as error:
            return None, _alert(str(error))
        except Stopped:
            return gr.skip(), "Stopped."
        except Exception:  # noqa: BLE001 - the page goes on
            traceback.print_exc()
            return None, _alert("This failed; the terminal of the page says why.")
        return str(shown.video), html.escape(shown.words)

    return made


def _told(progress: gr.Progress) -> Watch:
    last_time, last_what = 0.0, ""

    def told(what: str, done: int, total: int) -> None:
        nonlocal last_time, last_what
        now = time.monotonic()
        if what != last_what or now - last_time >= _SECONDS_BETWEEN_NEWS:
            progress((done, total), desc=what, unit="frames")
            last_time, last_what = now, what

    return told


def _path(value: Any) -> str | None:
    # What the browser says of a file; all else that it says is not believed.
    if isinstance(value, dict) and isinstance(value.get("video"), dict):
        value = value["video"]
    path = value.get("path") if isinstance(value, dict) else None
    return path if isinstance(path, str) else None


def _alert(text: str) -> str:
    # It holds the names of files, which may be anything.
    return f'<div role="alert">{html.escape(text)}</div>'
