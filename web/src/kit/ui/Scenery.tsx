import { useId } from "react";
import "./scenery.css";

/** One arch of the arcade: `x` is its left edge. */
function arch(x: number): string {
  return `M${x} 830V450a150 150 0 0 1 300 0v380z`;
}

const ARCHES = [-490, -120, 250, 620, 990].map(arch);
const LEAVES = [
  [18, 12, -38],
  [40, 2, -66],
  [52, 26, 6],
  [74, 16, -44],
  [84, 42, 14],
  [104, 30, -40],
  [114, 58, 22],
  [134, 46, -34],
  [144, 76, 30],
  [164, 66, -24],
  [172, 96, 44],
  [190, 92, 0],
] as const;

function Olive() {
  return (
    <g className="scenery-olive">
      <path d="M0 8C60 18 130 46 190 96" className="scenery-twig" />
      {LEAVES.map(([x, y, turn]) => (
        <path
          key={`${x}`}
          d="M0 0C12-11 34-11 48 0C34 9 12 9 0 0z"
          transform={`translate(${x} ${y}) rotate(${turn})`}
        />
      ))}
      <circle cx="70" cy="40" r="7" className="scenery-fruit" />
      <circle cx="128" cy="70" r="6.5" className="scenery-fruit" />
    </g>
  );
}

function Sea({ sky, sea, glow }: { sky: string; sea: string; glow: string }) {
  return (
    <>
      <rect y="150" x="-400" width="1600" height="520" fill={`url(#${sky})`} />
      <circle cx="452" cy="560" r="230" fill={`url(#${glow})`} />
      <circle cx="452" cy="560" r="44" className="scenery-sun" />
      <path className="scenery-far" d="M-20 632L60 588L120 600L190 560L262 604L330 622L420 632z" />
      <path
        className="scenery-near"
        d="M540 632C600 600 640 606 690 580C740 556 780 566 830 552C900 538 950 566 1030 560C1120 553 1170 590 1240 594V640H540z"
      />
      <rect y="630" x="-400" width="1600" height="220" fill={`url(#${sea})`} />
      <g className="scenery-glints">
        <path d="M436 642h34M424 656h58M404 674h40M462 672h52M386 698h62M470 694h28M430 722h86M360 728h34M398 758h120M340 792h90M470 796h96" />
      </g>
    </>
  );
}

/** A colonnade by the sea in the morning (at night, in the dark theme): our own drawing. */
export function Scenery({ wide = false }: { wide?: boolean }) {
  const id = useId();
  const [sky, sea, front, back, glow] = ["sky", "sea", "front", "back", "glow"].map(
    (n) => `${id}${n}`,
  ) as [string, string, string, string, string];
  return (
    <svg
      className="scenery"
      viewBox={wide ? "-400 340 1600 540" : "0 0 800 1000"}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <defs>
        <linearGradient id={sky} x2="0" y2="1">
          <stop className="scenery-sky-top" />
          <stop offset="1" className="scenery-sky-low" />
        </linearGradient>
        <linearGradient id={sea} x2="0" y2="1">
          <stop className="scenery-sea-far" />
          <stop offset="1" className="scenery-sea-near" />
        </linearGradient>
        <radialGradient id={glow}>
          <stop offset="0.15" className="scenery-glow" stopOpacity={0.55} />
          <stop offset="1" className="scenery-glow" stopOpacity={0} />
        </radialGradient>
        <clipPath id={front}>
          <path d={ARCHES.join("")} />
        </clipPath>
        <clipPath id={back} clipPath={`url(#${front})`}>
          <path
            d={ARCHES.join("")}
            transform="translate(400 640) scale(.9 .93) translate(-400 -640)"
          />
        </clipPath>
      </defs>
      <rect x="-400" width="1600" height="1000" className="scenery-wall" />
      <path d={ARCHES.join("")} className="scenery-reveal" />
      <g clipPath={`url(#${back})`}>
        <Sea sky={sky} sea={sea} glow={glow} />
      </g>
      <path className="scenery-edge" d={ARCHES.join("")} />
      <rect y="830" x="-400" width="1600" height="170" className="scenery-floor" />
      <path
        className="scenery-light"
        d="M262 832h276l66 168H176zM-100 832h268l-40 168h-320zM632 832h268l90 168H680z"
      />
      <path
        className="scenery-joint"
        d="M-400 886h1600M-400 958h1600M400 830v170M212 830l-70 170M588 830l70 170"
      />
      <rect x="-400" width="1600" height="96" className="scenery-beam" />
      <path className="scenery-grain" d="M-400 30h1600M-400 62h1600" />
      <rect y="96" x="-400" width="1600" height="14" className="scenery-shade" />
      {[-375, -220, -65, 90, 245, 400, 555, 710, 865, 1020, 1175].map((x) => (
        <rect key={x} x={x - 24} y="84" width="48" height="40" rx="3" className="scenery-joist" />
      ))}
      <path className="scenery-cord" d="M400 124v150" />
      <path className="scenery-lamp" d="M400 270c-40 8-46 74 0 84c46-10 40-76 0-84z" />
      <circle cx="400" cy="318" r="9" className="scenery-flame" />
      <g transform="translate(-8 150) rotate(8)">
        <Olive />
      </g>
      <g transform="translate(812 128) scale(-1 1) rotate(16)">
        <Olive />
      </g>
    </svg>
  );
}
