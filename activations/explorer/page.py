"""An explorer as HTML that needs no kernel: the SVG of its views, native controls, and a script that moves them."""

import hashlib
import json
import re
from html import escape
from pathlib import Path

import ipywidgets as widgets
import numpy as np

from activations.explorer.model import Apart
from activations.figures.embed import content_key, fallback, panel_html
from activations.figures.numbers import folded
from activations.figures.style import THEME_CSS
from activations.numerics import javascript_helpers

_HERE = Path(__file__).parent
_CSS = THEME_CSS.strip() + "\n" + (_HERE / "explore.css").read_text().strip()
_SCRIPT = re.sub(r"^\s*(//.*)?\n?", "", (_HERE / "explore.js").read_text(), flags=re.MULTILINE).strip()
_RUNTIME = "explorer_" + hashlib.sha256(_SCRIPT.encode()).hexdigest()[:8]

# Reads like an array over the combinations of choices, and holds each chooser's own functions only.
_APART = """(parts,sizes,lists)=>new Proxy({},{get(_,option){
const at=[];let rest=Number(option);
for(let i=sizes.length-1;i>=0;i--){at[i]=rest%sizes[i];rest=Math.floor(rest/sizes[i])}
const own=parts.map(([chooser,list])=>lists[list][chooser<0?0:at[chooser]]);
return(...a)=>own.flatMap(f=>f(...a))}})"""


def page(scene, caption, alt):
    """The figure in its first state with sliders that move it by script, in about 42 kB.

    The scene must stand at its start. The caption may be None; the ids begin with a key of the content.
    """
    views = scene.views
    drawings = "".join(panel_html(view.figure, view.markup(f"@key@{i}")) for i, view in enumerate(views))
    image = fallback([view.figure for view in views], alt)
    caption = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    tables = folded([view.table(f"@key@{i}-table", scene.model.start) for i, view in enumerate(views)])
    several = ' style="--m:1.45"' if len(views) > 1 else ""
    html = (
        f'<figure class="sts sts-explorer" data-explorer="@key@" data-lm-suppress-shortcuts="true">'
        f'<style>{_CSS}</style><div class="sts-panels"{several} role="img" aria-label="{escape(alt)}">'
        f"{drawings}</div>{image}{_form(scene.model)}{tables}{caption}<script>{_script(scene)}</script></figure>"
    )
    return html.replace("@key@", content_key(html))


# --- The script --------------------------------------------------------------------------------------------------


def _script(scene):
    """The call of the script with all that it must know of this explorer."""
    model, probed = scene.model, scene.probed
    spec = {
        "panels": [view.spec() for view in scene.views],
        "sliders": [_slider_spec(slider) for slider in model.sliders.values()],
        "choosers": [len(options) for options in model.choosers.values()],
        "probe": _slider_spec(model.probe) | {"panel": model.probed, "reach": probed.reach} if probed else None,
    }
    code = _array(_functions(view.compiled) for view in scene.views)
    if probed and probed.probe is probed.compiled:
        seen = f"code[{model.probed}]"
    else:
        seen = _functions(probed.probe) if probed else "[]"
    helpers = javascript_helpers(code + seen)
    data = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (f"(()=>{{const run=window.{_RUNTIME}=window.{_RUNTIME}||({_SCRIPT});\n{helpers}\nconst code={code};\n"
            f'run(document.currentScript,"@key@",{data},code,{seen});}})();')


def _functions(options):
    if isinstance(options, Apart):
        return _apart(options)
    return _array(compiled.javascript for compiled in options)


def _apart(options):
    """A call that finds the functions of a combination among those of each chooser; equal lists are written once."""
    lists = [_functions(own) for _, own in options.parts]
    written = list(dict.fromkeys(lists))
    parts = [[-1 if chooser is None else chooser, written.index(one)]
             for (chooser, _), one in zip(options.parts, lists, strict=True)]
    return f"({_APART})({json.dumps(parts)},{json.dumps(options.sizes)},{_array(written)})"


def _array(items):
    return "[" + ",\n".join(items) + "]"


def _slider_spec(slider):
    if isinstance(slider, widgets.FloatLogSlider):
        return {"base": slider.base, "digits": None}
    return {"base": 0, "digits": 0 if isinstance(slider, widgets.IntSlider) else _decimals(slider)}


def _decimals(slider):
    """As many decimals as the slider's step and minimum need, at most 6."""
    return max(len(f"{value:.6f}".rstrip("0").split(".")[1]) for value in (slider.step, slider.min))


# --- The controls ------------------------------------------------------------------------------------------------


def _form(model):
    """The controls as native elements; they are shown once the script runs."""
    start, rows, reading = model.start, [], ""
    for i, (name, options) in enumerate(model.choosers.items()):
        rows.append(_select(f"@key@-o{i}", name, i, options))
    for i, (name, slider) in enumerate(model.sliders.items()):
        rows.append(_range(f"@key@-p{i}", name, slider, "slider", i, start.values[name]))
    if start.x0 is not None:
        rows.append(_range("@key@-x", "probe", model.probe, "probe", 0, start.x0))
        reading = _readings(model.readings)
    rows.append(f'<div class="sts-foot{"" if reading else " sts-bare"}"><div class="sts-reading">{reading}</div>'
                f'<button type="button">Reset</button></div><span class="sts-said" role="status"></span>')
    return f'<div hidden="hidden"><form class="sts-controls" autocomplete="off">{"".join(rows)}</form></div>'


def _control(identity, label, element):
    return f'<div class="sts-control"><label for="{identity}">{escape(label)}</label>{element}</div>'


def _readings(names):
    return "".join(f'<span><span class="sts-{kind}">{escape(name)}</span> = '
                   f'<output id="@key@-{kind}" aria-live="off"></output></span>'
                   for kind, name in zip(("f", "df"), names, strict=True))


def _select(identity, name, index, options):
    listed = "".join(f"<option>{escape(str(label))}</option>" for label in options)
    select = f'<select id="{identity}" data-kind="chooser" data-index="{index}">{listed}</select>'
    return _control(identity, name, select)


def _range(identity, name, slider, kind, index, value):
    """A native range input and its read-out; a logarithmic slider moves in exponents."""
    log = isinstance(slider, widgets.FloatLogSlider)
    position = np.log(value) / np.log(slider.base) if log else value
    element = (
        f'<input type="range" id="{identity}" name="{escape(name)}" min="{slider.min:.12g}" max="{slider.max:.12g}" '
        f'step="{slider.step:.12g}" value="{position:.12g}" data-start="{float(value)!r}" data-kind="{kind}" '
        f'data-index="{index}"><output for="{identity}" aria-live="off"></output>')
    return _control(identity, slider.description, element)
