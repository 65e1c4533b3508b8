"""Paths of issues as FHIRPath: Observation.valueQuantity is Observation.value there."""

import re

from .fhirpath.nodes import shape_of

STEP = re.compile(r"([^.\[\]]+)(\[\d+\])?")


def expression_of(path: str) -> str:
    """The FHIRPath of an element's path; where a resource's type is not known, as it is."""
    first, *rest = path.split(".")
    shape = shape_of(first)
    steps = [first]
    for step in rest:
        match = STEP.fullmatch(step)
        known = shape.by_property.get(match[1]) if match else None
        if match is None or known is None:
            return ".".join([*steps, *rest[len(steps) - 1 :]])
        child, type = known
        steps.append(child.name + (match[2] or ""))
        shape = shape_of(type)
    return ".".join(steps)
