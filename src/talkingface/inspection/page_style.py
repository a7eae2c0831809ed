"""What the page about a data set adds to the style of the reports."""

PAGE_CSS = """
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem;
  margin: 1rem 0; padding: 0; list-style: none; }
.facts li { background: var(--panel); border-radius: 6px; padding: .5rem .8rem; }
.facts b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.figures { align-items: start; }
.tables { display: flex; flex-wrap: wrap; gap: 0 3rem; }
td.number, th.number { text-align: right; padding-right: 1.4rem; }
.wide + .figures, .tables + .figures { margin-top: 1.2rem; }
svg .bar { fill: currentColor; opacity: .75; }
.sheet { max-width: 100%; border-radius: 6px; display: block; margin: .4rem 0 1rem; }
"""
