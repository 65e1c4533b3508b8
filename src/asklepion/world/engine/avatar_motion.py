"""What moves by itself on an avatar in everybody's browser: hair, clothes, and a face."""

from collections.abc import Sequence
from typing import Any, cast

from .avatar_parts import need
from .glb import Json, list_in, one_of

MOST_SPRUNG = 400  # joints that swing
MOST_MEETINGS = 20_000  # of a joint that swings with what it must not go through
MOST_BINDS = 3000  # of expressions to shapes, colours and textures
EXPRESSION = ("morphTargetBinds", "materialColorBinds", "textureTransformBinds")


def look_at_springs(springs: Json) -> None:
    """Raises:
    Incorrect: too much swings, or meets too much.
    """
    groups = list_in(springs, "colliderGroups")
    sprung = meetings = 0
    for spring in list_in(springs, "springs"):
        joints = len(cast(Sequence[Any], spring.get("joints", ())))
        met = sum(
            len(cast(Sequence[Any], one_of(groups, index).get("colliders", ())))
            for index in cast(Sequence[Any], spring.get("colliderGroups", ()))
        )
        sprung, meetings = sprung + joints, meetings + joints * met
    need(
        sprung <= MOST_SPRUNG and meetings <= MOST_MEETINGS,
        "Too much of it swings.",
        f"At most {MOST_SPRUNG} joints of hair and clothes: reduce them where you export it.",
    )


def look_at_expressions(vrm: Json) -> None:
    """Raises:
    Incorrect: its expressions change too much.
    """
    told = cast(Json, vrm.get("expressions", {}))
    count = sum(
        len(cast(Sequence[Any], expression.get(kind, ())))
        for group in ("preset", "custom")
        for expression in cast(Json, told.get(group, {})).values()
        for kind in EXPRESSION
    )
    need(
        count <= MOST_BINDS,
        f"Its expressions change {count} things.",
        f"At most {MOST_BINDS}: export it with fewer expressions.",
    )
