import type { Building } from "../../wire/world";
import { academyHouse } from "./houses/academy";
import { clinicHouse } from "./houses/clinic";
import { gamesGarden } from "./houses/garden";
import { hallHouse } from "./houses/hall";
import { homeHouse } from "./houses/home";
import { theatreHouse } from "./houses/theatre";
import type { Mason, Point } from "./mason";
import { TONES } from "./materials";

type Build = (mason: Mason, size: Point) => void;

const KINDS: Readonly<Record<string, Build>> = {
  clinic: clinicHouse,
  house: homeHouse,
  theatre: theatreHouse,
  academy: academyHouse,
  hall: hallHouse,
  garden: gamesGarden,
};

/** Build a house as its kind says; a kind nobody drew becomes a plain one. */
export function buildHouse(mason: Mason, house: Building): void {
  const build = KINDS[house.kind] ?? plainHouse;
  mason.in(house.position, house.yaw, () => build(mason, house.size));
}

function plainHouse(mason: Mason, [w, h, d]: Point): void {
  mason.of("stone", TONES.chalk).block([w, h - 0.3, d], [0, 0, 0], 0.04);
  mason.of("stone", TONES.limeDeep).block([w + 0.3, 0.3, d + 0.3], [0, h - 0.3, 0], 0.05);
}
