"""All views of an explorer side by side, and what they show when the controls stand somewhere."""

from activations.explorer.views import view


class Scene:
    """The views of a model, drawn at its start: `views`, and `probed`, the one with the probe, or None.

    Where there is a probe, `reading` is f(x₀) and f′(x₀) as they were last drawn.
    """

    def __init__(self, model):
        self.model, states = model, model.states()
        self.views = [view(panel, states) for panel in model.panels]
        self.probed = None if model.probed is None else self.views[model.probed]
        self.move(model.start)

    def move(self, state, changed=None):
        """Redraw what the control of that name matters to, all of it if none is named; returns the views redrawn."""
        redrawn = []
        for one in self.views:
            touched = changed is None or changed in self.model.choosers or changed in one.compiled[state.option].uses
            if touched:
                one.update(state.values, state.option)
            if one is self.probed and (touched or changed == "probe"):
                self.reading = one.update_probe(state.x0, state.values, state.option)
            elif not touched:
                continue
            redrawn.append(one)
        return redrawn

    def drawn(self):
        """Everything that a control may move, as arrays."""
        point = [self.reading, self.probed.drawn["point"].get_data()] if self.probed else []
        return [shape for one in self.views for shape in one.data()[0]] + point

    def faults(self):
        """What is wrong with what is drawn, in words."""
        return [fault for one in self.views for fault in one.data()[1]]

    def describe(self):
        """The scene in a sentence, for those who do not see it."""
        model = self.model
        sliders = [*model.sliders.values(), *([model.probe] if self.probed else [])]
        names = [slider.description for slider in sliders] + list(model.choosers)
        return f"{'; '.join(one.describe() for one in self.views)}, with sliders {', '.join(names)}"
