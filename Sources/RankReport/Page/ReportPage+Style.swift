import RankCharts

extension ReportPage {
    /// The style sheet: one column on a telephone, two on a desk, and the reader's choice of light and dark.
    ///
    /// Text has a contrast of at least 4.5 to its ground, and lines and bars of at least 3, in both.
    static let style: Markup = """

        :root { --page: #ffffff; --card: #f6f8fa; --line: #d0d7de; --text: #1f2328; --soft: #59636e;
          --ours: #0969da; --other: #bc4c00; --gray: #818b98; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0d1117; --card: #161b22; --line: #3d444d; --text: #e6edf3; --soft: #9198a1;
            --ours: #4493f8; --other: #f0883e; --gray: #8b949e; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; padding: 1.5rem 1rem 3rem; background: var(--page); color: var(--text);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        header, main { max-width: 66rem; margin: 0 auto; }
        main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem;
          align-items: stretch; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
        h3 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; }
        p { margin: 0 0 .75rem; }
        .card > p { font-size: .9rem; }
        .soft { color: var(--soft); }
        .note { border-left: 4px solid var(--other); padding: .25rem .75rem; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; \
        min-width: 0; }
        .wide { grid-column: 1 / -1; }
        .tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 1rem 0; }
        @media (max-width: 40rem) { .tiles { grid-template-columns: 1fr 1fr; } }
        .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
        .tiles dt { color: var(--soft); font-size: .85rem; }
        .tiles dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
        .facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; font-size: .9rem; }
        .facts dt { color: var(--soft); }
        .facts dd { margin: 0; overflow-wrap: anywhere; }
        .lists { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr)); gap: 1.25rem; }
        .lists p { margin: 0; font-size: .85rem; }
        .lists ol { margin: .35rem 0 0; padding-left: 1.4rem; font-size: .88rem; overflow-wrap: anywhere; }
        svg { display: block; width: 100%; height: auto; font-size: 12.5px; }
        svg text { fill: var(--text); }
        svg .mark, svg .name, svg .soft { fill: var(--soft); }
        svg .grid { stroke: var(--line); stroke-width: 1; }
        svg .axis { stroke: var(--gray); stroke-width: 1; }
        .ours { --mark: var(--ours); }
        .other { --mark: var(--other); }
        svg .line { fill: none; stroke: var(--mark); stroke-width: 2.25; stroke-linejoin: round; }
        svg .other.line { stroke-dasharray: 6 3; }
        svg .fill, svg .dot { fill: var(--mark); }
        svg .other.fill { fill: var(--gray); }
        svg .whisker { stroke: var(--mark); stroke-width: 1.5; }
        svg .tick { stroke: var(--mark); stroke-width: 3; }
        .key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; margin-bottom: .25rem; }
        .key i { display: inline-block; margin-right: .4rem; vertical-align: middle; background: var(--mark); }
        .key .fill { width: 14px; height: 12px; border-radius: 2px; }
        .key .other.fill { background: var(--gray); }
        .key .dot { width: 9px; height: 9px; border-radius: 50%; }
        .key .tick { width: 3px; height: 15px; }
        .key .line { width: 20px; height: 0; background: none; border-top: 2.5px solid var(--mark); }
        .key .other.line { border-top-style: dashed; }
        details { margin-top: .5rem; font-size: .85rem; }
        summary { cursor: pointer; color: var(--soft); }
        .scroll { overflow: auto; max-height: 22rem; margin-top: .4rem; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { padding: .2rem .5rem; border-bottom: 1px solid var(--line); text-align: right; font-weight: normal; }
        th:first-child { text-align: left; }
        thead th { color: var(--soft); vertical-align: bottom; }
        tr.ours > * { font-weight: 600; }
        @media print { .card { break-inside: avoid; } }

        """
}
