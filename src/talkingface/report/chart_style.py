"""The style of charts, on the page and in files of their own."""

CHART_CSS = """
svg text { fill: var(--muted); font-size: 12px; text-anchor: middle; }
svg text.left { text-anchor: end; dominant-baseline: middle; }
svg .grid { stroke: var(--line); stroke-width: 1; opacity: .7; } svg .axis { stroke: var(--muted); }
svg path { fill: none; stroke: currentColor; stroke-linejoin: round; }
svg circle { fill: currentColor; }
svg .seed { stroke-width: 1; opacity: .55; } svg .seed.alone { stroke-width: 1.8; opacity: 1; }
svg .mean { stroke: currentColor; stroke-width: 2.4; }
svg .spread { fill: currentColor; stroke: currentColor; stroke-width: .5; fill-opacity: .18;
  stroke-opacity: .5; }
.dash1 path, .dash1 line { stroke-dasharray: 7 3; }
.dash2 path, .dash2 line { stroke-dasharray: 2 3; }
.c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); }
.c3 { color: var(--c3); } .c4 { color: var(--c4); } .c5 { color: var(--c5); }
.c6 { color: var(--c6); } .c7 { color: var(--c7); }
"""
