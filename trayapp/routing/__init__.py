"""What a call is worth routing for: its kind, its task, and whether a cheaper model may be suggested. Pure: no I/O."""

from trayapp.routing.classify import Verdict, classify
from trayapp.routing.line import LineError, read_line
from trayapp.routing.linear import Model, WeightsError, load

__all__ = ["LineError", "Model", "Verdict", "WeightsError", "classify", "load", "read_line"]
