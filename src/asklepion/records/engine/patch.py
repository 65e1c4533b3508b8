"""Patches of both kinds, told apart by their shape."""

from typing import Any, cast

from asklepion.kit.errors import Incorrect

from .fhirpatch import apply_fhirpath_patch
from .jsonpatch import PatchError, apply_json_patch
from .validate import validate


def apply_patch(resource: dict[str, Any], patch: Any) -> dict[str, Any]:
    """A changed copy of a resource; it has not been found valid yet.

    Args:
        patch: a JSON Patch (a list), or a Parameters resource as FHIRPath Patch has it.

    Raises:
        Incorrect: the patch cannot be read.
        PatchError: it does not fit the resource, or would make another of it.
    """
    try:
        if isinstance(patch, dict):
            parameters = cast(dict[str, Any], patch)
            if parameters.get("resourceType") != "Parameters" or validate(parameters):
                raise Incorrect(
                    "The patch is no Parameters resource.", hint="See FHIRPath Patch in FHIR R4."
                )
            changed: Any = apply_fhirpath_patch(resource, parameters)
        else:
            changed = apply_json_patch(resource, patch)
    except RecursionError as error:
        raise Incorrect("The patch is nested too deeply.", hint="Flatten it.") from error
    it = cast(dict[str, Any], changed) if isinstance(changed, dict) else {}
    if any(it.get(name) != resource.get(name) for name in ("resourceType", "id")):
        raise PatchError(
            "A patch changes neither the type nor the id of a resource.", hint="Create another."
        )
    return it
