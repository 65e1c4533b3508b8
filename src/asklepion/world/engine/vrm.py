"""Avatars that people bring: VRM 1.0, looked at before anybody else does.

A VRM is a GLB with a skeleton whose bones have agreed names, and with its author's licence.
Nothing of what the file says of itself is believed that can be counted.
https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm-1.0
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from asklepion.kit.errors import HouseError, Incorrect, Unsupported

from .avatar_motion import look_at_expressions, look_at_springs
from .avatar_parts import (
    look_at_meshes,
    look_at_pictures,
    look_at_skins,
    need,
)
from .avatar_skeleton import Skeleton
from .glb import DAMAGE, Json, list_in, look_at_views, names_elsewhere, taken_apart, triangles_in
from .shown import KNOWN
from .words import few, is_writable, tidy

MOST_AVATAR = 10 * 1024 * 1024  # bytes
MOST_AVATAR_TRIANGLES = 60_000
MOST_AVATAR_NODES = 1000
LOWEST_M, HIGHEST_M = 0.5, 2.6
FARTHEST_M = 3.0  # from its middle, for any bone
HEAD_SHARE = 0.88  # of a body's height, where its head turns
LONGEST_NAME, LONGEST_WORDS, MOST_AUTHORS = 80, 300, 8
EVERYONE = "everyone"

AVATAR_EXTENSIONS = KNOWN | {
    "VRMC_vrm",
    "VRMC_materials_mtoon",
    "VRMC_materials_hdr_emissiveMultiplier",
    "VRMC_springBone",
    "VRMC_springBone_extended_collider",
    "VRMC_node_constraint",
}
SIDES = ("left", "right")
LIMBS = ("UpperLeg", "LowerLeg", "Foot", "UpperArm", "LowerArm", "Hand")
BONES = ("hips", "spine", "head", *(f"{side}{limb}" for side in SIDES for limb in LIMBS))
CHOICES: Mapping[
    str, tuple[str, ...]
] = {  # what an author decides; the first where nothing is said
    "avatarPermission": ("onlyAuthor", "onlySeparatelyLicensedPerson", EVERYONE),
    "commercialUsage": ("personalNonProfit", "personalProfit", "corporation"),
    "creditNotation": ("required", "unnecessary"),
    "modification": ("prohibited", "allowModification", "allowModificationRedistribution"),
}
ALLOWANCES = (
    "allowExcessivelyViolentUsage",
    "allowExcessivelySexualUsage",
    "allowPoliticalOrReligiousUsage",
    "allowAntisocialOrHateUsage",
    "allowRedistribution",
)
WORDS = ("copyrightInformation", "contactInformation", "licenseUrl", "otherLicenseUrl")
VRM_0 = (
    "This is an avatar of VRM 0.x.",
    "Export it as VRM 1.0: VRoid Studio and UniVRM offer it where they export.",
)


@dataclass(frozen=True, kw_only=True)
class AvatarFacts:
    """What a file of an avatar is."""

    name: str
    authors: tuple[str, ...]
    licence: dict[str, str | bool]  # as its author decided, by the names of VRM
    triangles: int
    height_m: float

    @property
    def is_for_everyone(self) -> bool:
        """Whether its author lets everybody wear it."""
        return self.licence["avatarPermission"] == EVERYONE


def examine_avatar(body: bytes) -> AvatarFacts:
    """What an avatar is, once all of it has been looked at.

    Raises:
        Unsupported: it is no VRM 1.0.
        Incorrect: it is too large, damaged, or holds what it may not; the hint says what to do.
    """
    need(len(body) <= MOST_AVATAR, "It is too large.", f"At most {MOST_AVATAR >> 20} MiB.")
    if not body.startswith(b"glTF"):
        raise Unsupported("This is no avatar.", hint="Send a .vrm file: VRM 1.0.")
    try:
        return _examine(*taken_apart(body))
    except HouseError:
        raise
    except DAMAGE as error:
        raise Incorrect("The avatar is damaged.", hint="Export it again.") from error


def _examine(model: Json, binary: bytes) -> AvatarFacts:
    version = str(_part(model, "asset").get("version", ""))
    need(version.startswith("2"), "It is no glTF 2.0.", "Export it again as VRM 1.0.")
    vrm = _vrm_of(model)
    _look_at_extensions(model)
    need(not names_elsewhere(model), "It names other files.", "Export it as one .vrm file.")
    count = len(list_in(model, "nodes"))
    need(
        count <= MOST_AVATAR_NODES, f"It has {count} nodes.", f"At most {MOST_AVATAR_NODES} nodes."
    )
    one = len(list_in(model, "buffers")) == 1
    need(one, "It has no buffer, or several.", "Export it as one .vrm file.")
    look_at_views(model, binary)
    triangles = triangles_in(model)
    need(
        0 < triangles <= MOST_AVATAR_TRIANGLES,
        f"It has {triangles} triangles.",
        f"At most {MOST_AVATAR_TRIANGLES}: reduce the polygons where you export it.",
    )
    look_at_meshes(model)
    look_at_skins(model)
    look_at_pictures(model, binary)
    look_at_springs(_part(_part(model, "extensions"), "VRMC_springBone"))
    look_at_expressions(vrm)
    height_m = _height(Skeleton(model), _bones_of(vrm, count))
    meta = _part(vrm, "meta")
    return AvatarFacts(
        name=_words(meta, "name", LONGEST_NAME),
        authors=_authors(meta),
        licence=_licence(meta),
        triangles=triangles,
        height_m=round(height_m, 2),
    )


def _vrm_of(model: Json) -> Json:
    extensions = _part(model, "extensions")
    if "VRMC_vrm" not in extensions:
        if "VRM" in extensions:
            raise Unsupported(VRM_0[0], hint=VRM_0[1])
        raise Unsupported("This model is no avatar.", hint="Export it as VRM 1.0.")
    vrm = _part(extensions, "VRMC_vrm")
    if vrm.get("specVersion") != "1.0":
        raise Unsupported("This is no VRM 1.0.", hint="Export it as VRM 1.0.")
    return vrm


def _look_at_extensions(model: Json) -> None:
    used = set(model.get("extensionsUsed", ())) | set(model.get("extensionsRequired", ()))
    unknown = used - AVATAR_EXTENSIONS | (set(_part(model, "extensions")) - AVATAR_EXTENSIONS)
    names = few(unknown)
    need(not unknown, f"It needs what is not known here: {names}.", f"Export it without {names}.")
    need(
        not model.get("animations"),
        "It has animations of its own.",
        "Export it without animations.",
    )


def _bones_of(vrm: Json, count: int) -> dict[str, int]:
    """The node of each bone that is named."""
    told = _part(_part(vrm, "humanoid"), "humanBones")
    bones = {str(name): cast(Json, bone)["node"] for name, bone in told.items()}
    missing = [name for name in BONES if name not in bones]
    need(
        not missing,
        f"Its skeleton lacks {', '.join(missing[:4])}.",
        "Give the skeleton all bones that VRM 1.0 requires, and export it again.",
    )
    is_known = all(type(node) is int and 0 <= node < count for node in bones.values())
    is_one_each = len(set(bones.values())) == len(bones)
    need(is_known and is_one_each, "Its bones are mixed up.", "Export it again.")
    return cast(dict[str, int], bones)


def _height(skeleton: Skeleton, bones: Mapping[str, int]) -> float:
    """From the ground below its feet to the crown, as its skeleton has it [m]."""
    for bone in bones.values():
        far = max(abs(value) for value in skeleton.place(bone))
        need(far <= FARTHEST_M, "Its bones are far apart.", "Export it standing, in metres.")
    foot = min(skeleton.place(bones[f"{side}Foot"])[1] for side in SIDES)
    head = skeleton.place(bones["head"])[1]
    height = (head - min(foot, 0.0)) / HEAD_SHARE
    need(
        LOWEST_M <= height <= HIGHEST_M,
        f"It is {height:.2f} m tall." if abs(height) < 1e6 else "It has no height.",
        f"Between {LOWEST_M} and {HIGHEST_M} m: scale it in metres, standing, and export it again.",
    )
    return height


def _licence(meta: Json) -> dict[str, str | bool]:
    licence: dict[str, str | bool] = {}
    for name, choices in CHOICES.items():
        said = meta.get(name, choices[0])
        need(said in choices, f"Its licence says nothing clear: {name}.", "Export it again.")
        licence[name] = said
    for name in ALLOWANCES:
        licence[name] = meta.get(name, False) is True
    for name in WORDS:
        licence[name] = _plain(meta.get(name) or "", LONGEST_WORDS)
    need(
        licence["licenseUrl"] != "",
        "Its licence is missing.",
        "Choose a licence where you export it (VRM 1.0 asks for one).",
    )
    return licence


def _authors(meta: Json) -> tuple[str, ...]:
    told = meta.get("authors")
    names = cast(list[Any], told) if isinstance(told, list) else []
    authors = tuple(filter(None, (_plain(name, LONGEST_NAME) for name in names)))
    need(bool(authors), "It names no author.", "Write down who made it where you export it.")
    return authors[:MOST_AUTHORS]


def _words(meta: Json, name: str, most: int) -> str:
    found = _plain(meta.get(name) or "", most)
    need(bool(found), f"It has no {name}.", "Name it where you export it.")
    return found


def _plain(told: Any, most: int) -> str:
    """What a file says of itself, in one line."""
    words = tidy(str(told).strip()[: 4 * most])[:most].strip()
    need(is_writable(words), "What it says of itself is no text.", "Write it anew and export it.")
    return words


def _part(model: Json, name: str) -> Json:
    found = model.get(name, {})
    need(isinstance(found, dict), "It is damaged.", "Export it again.")
    return cast(Json, found)
