"""The variable that every scalar activation of the course is written in."""

from sympy import Symbol

x = Symbol("x", real=True)
