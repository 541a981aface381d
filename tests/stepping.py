"""What a slider step costs in the page."""

import numpy as np

SWEEP = """(figure) => [0, 1, 2, 3].map(() => {
  const costs = [];
  for (const input of figure.querySelectorAll("input"))
    for (let i = 0; i <= 60; i++) {
      input.value = Number(input.min) + (i / 60) * (input.max - input.min);
      const start = performance.now();
      input.dispatchEvent(new Event("input", {bubbles: true}));
      costs.push(performance.now() - start);
    }
  return costs;
})"""


def step_cost(figure):
    """Milliseconds of script at the 95th percentile of 61 steps of each slider of a figure.

    Each step is timed four times and the least counts: the machine may be busy with other things as well.
    """
    return np.percentile(np.min(figure.evaluate(SWEEP), axis=0), 95)
