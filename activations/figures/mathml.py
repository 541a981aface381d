"""SymPy's printer of MathML, with what every printer of the course writes its elements by."""

from sympy.printing.mathml import MathMLPresentationPrinter


class MathMLPrinter(MathMLPresentationPrinter):
    """A printer whose elements are made in one call, of elements and of texts."""

    def element(self, name, *children, **attributes):
        """The element <name>, with its children in order; a string is text."""
        element = self.dom.createElement(name)
        for key, value in attributes.items():
            element.setAttribute(key, value)
        for child in children:
            element.appendChild(self.dom.createTextNode(child) if isinstance(child, str) else child)
        return element
