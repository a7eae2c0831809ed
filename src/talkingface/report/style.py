"""The page's style and its few lines of script."""

from talkingface.report.chart_style import CHART_CSS
from talkingface.report.colours import DARK, LIGHT, declared

_COLOURS = f"""
:root {{ color-scheme: light dark; {declared(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {declared(DARK)} }} }}
"""
_RULES = """* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.5rem 4rem; max-width: 1280px; background: var(--ground);
  color: var(--text); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-top: .4rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.3rem 0 .4rem; }
p { margin: .4rem 0; max-width: 85ch; }
.muted { color: var(--muted); font-weight: normal; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; vertical-align: top;
  border-bottom: 1px solid var(--grid); }
thead th { border-bottom: 1px solid var(--line); vertical-align: bottom; }
td.number { white-space: nowrap; }
td.path, td.words { overflow-wrap: anywhere; min-width: 16ch; }
td.path { min-width: 26ch; }
td.path, code { font: .85em ui-monospace, "DejaVu Sans Mono", monospace; }
tr.floor td, tr.floor th { color: var(--muted); font-weight: normal; }
tr.base th { font-weight: 600; }
th[scope=row], th[scope=rowgroup] { font-weight: 600; overflow-wrap: break-word;
  min-width: 9ch; max-width: 34ch; }
.difference { display: block; color: var(--muted); font-size: .92em; }
.difference.good { color: var(--good); font-weight: 600; }
.difference.bad { color: var(--bad); font-weight: 600; }
.alarms { list-style: none; margin: 1rem 0; padding: .6rem 1rem; background: var(--alarm);
  border-left: 4px solid var(--alarm-line); }
.alarms li { margin: .25rem 0; overflow-wrap: anywhere; }
.summary { display: flex; flex-wrap: wrap; gap: .5rem; margin: .8rem 0; padding: 0;
  list-style: none; }
.state { display: inline-block; padding: 0 .55em; border: 1px solid var(--line);
  border-radius: 1em; background: var(--panel); white-space: nowrap; }
.state.failed { border-color: var(--bad); color: var(--bad); font-weight: 600; }
.state.finished { border-color: var(--good); color: var(--good); }
.state.running { border-color: var(--c1); color: var(--c1); }
.state.preempted, .state.unfinished, .state.waiting { border-style: dashed; }
progress { width: 7em; height: .7em; vertical-align: middle; accent-color: var(--c1); }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr));
  gap: 1rem; }
.samples { grid-template-columns: repeat(auto-fill, minmax(min(265px, 100%), 1fr)); }
figure { margin: 0; } figure img { max-width: 100%; height: auto; }
figcaption { font-size: .9rem; margin-bottom: .3rem; overflow-wrap: anywhere; }
.chart, .sample { background: var(--panel); padding: .6rem .7rem; border-radius: 6px; }
.sample video { width: 100%; display: block; background: #000; image-rendering: auto; }
.sample .thirds { display: grid; grid-template-columns: repeat(3, 1fr); text-align: center; }
"""
_AFTER_CHARTS = """svg { width: 100%; height: auto; display: block; overflow: visible; }
.legend { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0 .8rem; position: sticky;
  top: 0; background: var(--ground); padding: .3rem 0; z-index: 1; }
button { font: inherit; font-size: .9rem; color: var(--text); background: var(--panel);
  border: 1px solid var(--line); border-radius: 5px; padding: .2rem .7rem; cursor: pointer;
  text-align: left; overflow-wrap: anywhere; }
button[aria-pressed=false] { opacity: .45; text-decoration: line-through; }
svg.key { width: 28px; height: 10px; display: inline-block; margin-right: .5em;
  vertical-align: middle; }
.player { display: flex; gap: .8rem; align-items: center; margin: .5rem 0; }
.player input { flex: 1; max-width: 30rem; accent-color: var(--c1); }
details > summary { cursor: pointer; margin: .8rem 0 .4rem; }
[hidden] { display: none; }
@media print { .legend { position: static; } .player { display: none; } }
"""
CSS = _COLOURS + _RULES + CHART_CSS + _AFTER_CHARTS

# All videos follow the first one, which alone loops, so that they show the same frame.
SCRIPT = """
for (const button of document.querySelectorAll("[data-toggle]")) {
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", shown);
    for (const line of document.querySelectorAll(`[data-arm="${button.dataset.toggle}"]`)) {
      line.toggleAttribute("hidden", !shown);
    }
  });
}
const videos = [...document.querySelectorAll("video")];
if (videos.length) {
  const [lead, ...others] = videos;
  const play = document.getElementById("play");
  const time = document.getElementById("time");
  const follow = (loose) => {
    for (const video of others) {
      if (Math.abs(video.currentTime - lead.currentTime) > loose) {
        video.currentTime = lead.currentTime;
      }
    }
    if (lead.duration) { time.value = 1000 * lead.currentTime / lead.duration; }
  };
  const start = () => { for (const video of videos) { video.play().catch(() => {}); } };
  const show = () => { play.textContent = lead.paused ? "Play" : "Pause"; };
  play.addEventListener("click", () => {
    if (lead.paused) { start(); } else { for (const video of videos) { video.pause(); } }
  });
  time.addEventListener("input", () => {
    for (const video of videos) { video.pause(); }
    lead.currentTime = time.value / 1000 * (lead.duration || 0);
    follow(0);
  });
  lead.addEventListener("play", show);
  lead.addEventListener("pause", show);
  lead.addEventListener("ended", () => { lead.currentTime = 0; follow(0); start(); });
  setInterval(() => { if (!lead.paused) { follow(0.08); } }, 200);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) { start(); }
}
"""
