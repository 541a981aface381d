"""The course's one style: colours for light and dark paper, what matplotlib is told, what the page is told."""

import matplotlib

# name -> (on light paper, on dark paper); all tell apart under the common colour blindnesses
PALETTE = {
    "blue": ("#0072b2", "#5ab4f0"),
    "orange": ("#c05200", "#ff9a57"),
    "green": ("#00835f", "#2fc79a"),
    "purple": ("#a8508c", "#e79ac8"),
    "ochre": ("#9a6a00", "#e8b93c"),
    "slate": ("#5b6675", "#aab4c2"),
}
SURFACES = {
    "ink": ("#1b1f24", "#e6e8eb"),
    "axis": ("#868e96", "#7d858f"),
    "grid": ("#e4e7ea", "#33383f"),
    "paper": ("#ffffff", "#121212"),
}
COLOURS = [light for light, _ in PALETTE.values()]
BLUE, ORANGE, OCHRE, SLATE = (PALETTE[name][0] for name in ("blue", "orange", "ochre", "slate"))
INK, AXIS, GRID, PAPER = (light for light, _ in SURFACES.values())
LINESTYLES = ("-", "--", ":")
SIZE = (4.8, 3.2)

STYLE = {
    "figure.facecolor": PAPER, "axes.facecolor": PAPER, "savefig.facecolor": "none",
    "font.family": "DejaVu Sans", "font.size": 12, "text.color": INK, "mathtext.fontset": "dejavusans",
    "axes.edgecolor": AXIS, "axes.labelcolor": INK, "axes.titlesize": 11.5, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.titlepad": 8, "axes.labelsize": 12, "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.unicode_minus": True,
    "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.8, "axes.xmargin": 0.0, "axes.ymargin": 0.06,
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
    "xtick.color": AXIS, "ytick.color": AXIS, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "xtick.labelsize": 11, "ytick.labelsize": 11,
    "xtick.bottom": False, "ytick.left": False, "xtick.minor.bottom": False, "ytick.minor.left": False,
    "lines.linewidth": 2.2, "lines.solid_capstyle": "round", "lines.markersize": 5, "patch.linewidth": 0,
    "legend.frameon": False, "legend.fontsize": 11.5, "legend.handlelength": 1.5, "legend.columnspacing": 1.3,
    "legend.handletextpad": 0.5, "legend.borderaxespad": 0.2, "legend.borderpad": 0.1, "legend.labelspacing": 0.3,
    "image.cmap": "RdBu", "svg.fonttype": "path", "svg.hashsalt": "from-step-to-softmax", "path.simplify": True,
    "figure.constrained_layout.h_pad": 0.03, "figure.constrained_layout.w_pad": 0.03,
}

_THEMES = "html[data-theme=dark] .sts,body[data-jp-theme-light=false] .sts,body.vscode-dark .sts"


def _variables(dark):
    return "".join(f"--sts-{name}:{pair[dark]};" for name, pair in (PALETTE | SURFACES).items())


THEME_CSS = f"""
.sts{{{_variables(0)}margin:.5rem 0;color:var(--sts-ink)}}
{_THEMES}{{{_variables(1)}}}
.sts-panels{{display:flex;flex-wrap:wrap;gap:.5rem 1rem;justify-content:center}}
.sts-panel{{--w:calc(var(--a)*var(--h,10rem));flex:var(--a) 1 var(--w);min-width:0;\
max-width:calc(var(--m,2.1)*var(--w))}}
.sts svg{{display:block;width:100%;height:auto;overflow:visible}}
.sts.sts figcaption{{max-width:44rem;margin:.5rem auto 0;font-size:.92em;line-height:1.45;text-align:center;\
color:inherit;font-weight:400}}
.sts-fallback{{max-width:100%;height:auto;background:#fff}}
.sts:has(svg)>.sts-fallback{{display:none}}
html[data-theme] .bd-content div.cell_output .text_html:has(.sts.sts){{background:none;color:inherit;padding:0}}
.sts-table{{max-width:44rem;margin:.25rem auto 0;font-size:.85rem;line-height:1.4}}
.sts-table summary{{width:fit-content;margin:0 auto;color:var(--sts-slate);cursor:pointer}}
.sts-table>div{{display:flex;flex-wrap:wrap;gap:.5rem 2rem;justify-content:center;overflow-x:auto}}
.sts.sts .sts-table table{{width:auto;margin:.25rem 0;font-variant-numeric:tabular-nums;border-collapse:collapse}}
.sts.sts .sts-table :is(th,td){{padding:.1rem .75rem;text-align:right;color:inherit;background:none;\
border:0 solid var(--sts-grid);border-bottom-width:1px}}
.sts-table caption{{caption-side:top;color:inherit;font-weight:600;text-align:center}}
.sts :is(summary,.sts-table>div):focus-visible{{outline:2px solid var(--sts-blue);outline-offset:2px}}
@media print{{.sts-table:not([open]){{display:none}}}}
@media print{{.sts{{break-inside:avoid}}}}
"""
