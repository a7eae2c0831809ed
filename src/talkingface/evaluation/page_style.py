"""What an evaluation's page adds to the style of the reports, and its few lines of script."""

from talkingface.evaluation.error_colours import css_gradient

PAGE_CSS = f"""
.scores td.number {{ padding-right: 1.4rem; }}
tr.group th {{ padding-top: .9rem; color: var(--muted); font-weight: normal; }}
.case {{ margin: 1rem 0; }}
.case video {{ width: 100%; display: block; background: #000; }}
.panels {{ display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; text-align: center;
  margin: .5rem 0 .2rem; font-size: .9rem; }}
.errors {{ display: inline-block; width: 9em; height: .8em; vertical-align: middle;
  background: {css_gradient()}; }}
svg .band {{ fill: var(--text); opacity: .12; }}
svg .bar {{ fill: currentColor; opacity: .6; }}
.strip svg .mean {{ stroke: var(--text); stroke-width: 2; }}
svg .ruler {{ stroke: var(--bad); stroke-width: 1.6; stroke-dasharray: 4 3; }}
"""

# Videos differ in length: each loops for itself, and the slider takes all to one share of theirs.
PAGE_SCRIPT = """
const videos = [...document.querySelectorAll("video")];
if (videos.length) {
  const play = document.getElementById("play");
  const time = document.getElementById("time");
  const start = () => { for (const video of videos) { video.play().catch(() => {}); } };
  const stop = () => { for (const video of videos) { video.pause(); } };
  const show = () => { play.textContent = videos[0].paused ? "Play" : "Pause"; };
  play.addEventListener("click", () => { if (videos[0].paused) { start(); } else { stop(); } });
  time.addEventListener("input", () => {
    stop();
    for (const video of videos) { video.currentTime = time.value / 1000 * (video.duration || 0); }
  });
  videos[0].addEventListener("play", show);
  videos[0].addEventListener("pause", show);
  videos[0].addEventListener("timeupdate", () => {
    if (!videos[0].paused) { time.value = 1000 * videos[0].currentTime / videos[0].duration; }
  });
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) { start(); }
}
"""
