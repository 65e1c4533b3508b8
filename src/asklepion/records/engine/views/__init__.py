"""SQL on FHIR v2: from resources to rows, as a ViewDefinition says.

    view = compile_view(definition)
    rows = list(Runner(view, now=now).rows(resource))

Source: https://sql-on-fhir.org/ig/StructureDefinition-ViewDefinition.html
"""

from .definition import Column, View, compile_view
from .running import Runner, Spent

__all__ = ["Column", "Runner", "Spent", "View", "compile_view"]
