/** Parts of the shaders that every surface of the hologram shares. Lengths are metres. */

const shared = /* glsl */ `
  uniform float uBreath;      // 0 out, 1 in
  uniform float uBeat;        // 0 wide, 1 drawn together
  uniform vec3 uHeart;        // middle of the heart
  uniform vec4 uChest;        // bottom and top of the lungs, half their width, middle in depth
  uniform float uNear;        // 0 everything is shown, 1 only what lies near uMiddle
  uniform vec3 uMiddle;
  uniform float uReach;       // how far "near" goes
  uniform float uScan;        // height of the light that passes through the body
  uniform float uTime;
`;

export const vertex = /* glsl */ `
  ${shared}
  attribute vec3 tint;
  varying vec3 vNormal;
  varying vec3 vView;
  varying vec3 vPlace;
  varying vec3 vTint;

  // The chest widens, the midriff sinks; arms and legs keep still.
  vec3 breathe(vec3 p) {
    float size = uChest.y - uChest.x;
    float t = (p.y - uChest.x) / size;
    float trunk = 1.0 - smoothstep(uChest.z + 0.02, uChest.z + 0.05, abs(p.x));
    float cage = smoothstep(-0.5, 0.15, t) * (1.0 - smoothstep(0.7, 1.15, t)) * trunk;
    float midriff = smoothstep(-1.3, -0.1, t) * (1.0 - smoothstep(0.0, 0.7, t)) * trunk;
    float front = smoothstep(-0.06, 0.08, p.z - uChest.w);
    p.z += uBreath * size * (0.015 + 0.045 * front) * cage;
    p.x += uBreath * size * 0.035 * cage * clamp(p.x / uChest.z, -1.0, 1.0);
    #ifndef SKIN
      p.y -= uBreath * size * 0.055 * midriff;
    #endif
    return p;
  }

  void main() {
    vec3 p = position;
    #ifdef HEART
      float apex = smoothstep(0.03, -0.05, p.y - uHeart.y);
      p = mix(p, uHeart, uBeat * (0.03 + 0.06 * apex));
    #endif
    p = breathe(p);
    vPlace = p;
    vTint = tint;
    vNormal = normalize(normalMatrix * normal);
    vec4 seen = modelViewMatrix * vec4(p, 1.0);
    vView = -seen.xyz;
    gl_Position = projectionMatrix * seen;
  }
`;

const fade = /* glsl */ `
  // How much of this place is shown while the body is drawn near.
  float shown() {
    float far = smoothstep(uReach * 0.72, uReach, distance(vPlace, uMiddle));
    return 1.0 - uNear * far;
  }

  // A soft edge without sorting: drop points in an even pattern.
  void dissolve(float share) {
    float grain = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    if (share <= grain * 0.999) discard;
  }
`;

/** Windings of the cortex: a maze of furrows where waves of one length cancel each other. */
const gyri = /* glsl */ `
  uniform float uSize;        // of this brain against a grown one
  uniform float uFrom;        // below this height there is no cortex

  float furrow(vec3 place, inout vec3 n) {
    vec3 p = place / uSize;
    p += 0.0035 * sin(p.yzx * 80.0);
    float sum = 0.0;
    vec3 slope = vec3(0.0);
    for (int i = 0; i < 11; i++) {
      float turn = float(i) * 2.399963;
      float y = 1.0 - (float(i) + 0.5) / 5.5;
      vec3 way = vec3(cos(turn) * sqrt(1.0 - y * y), y, sin(turn) * sqrt(1.0 - y * y));
      float at = dot(p, way) * 320.0 + float(i * i) * 1.7;
      sum += cos(at);
      slope -= way * sin(at);
    }
    float m = sum / 2.35;
    vec3 tilt = exp(-m * m * 2.6) * m * slope * 0.42; // soft shoulders
    tilt -= n * dot(n, tilt);
    n = normalize(n - tilt);
    return exp(-m * m * 9.0);                         // narrow dark bottoms
  }
`;

const light = /* glsl */ `
  // A soft key light from above the viewer's shoulder; the house's own light stays outside.
  vec3 lit(vec3 tint, vec3 n, vec3 v) {
    float key = 0.5 + 0.5 * dot(n, normalize(vec3(-0.42, 0.68, 0.60)));
    float facing = clamp(dot(n, v), 0.0, 1.0);
    vec3 shade = mix(vec3(0.30, 0.31, 0.37), vec3(1.06, 1.03, 0.99), key * key * (1.4 - 0.4 * key));
    vec3 c = tint * shade;
    c += tint * vec3(0.30, 0.12, 0.08) * pow(1.0 - facing, 2.0) * key;      // light through thin edges
    vec3 h = normalize(normalize(vec3(-0.42, 0.68, 0.60)) + v);
    c += 0.16 * pow(max(dot(n, h), 0.0), 34.0);
    return c + vec3(0.16, 0.42, 0.41) * 0.35 * pow(1.0 - facing, 3.0);
  }
`;

const end = /* glsl */ `
    #include <colorspace_fragment>
`;

export const organFragment = /* glsl */ `
  ${shared}
  uniform vec3 uSign;         // colour of a finding
  uniform float uSigned;      // 0 none, 1 fully
  uniform float uPulse;
  uniform float uLift;        // 0, or 1 under the pointer
  uniform float uPale;        // 0 itself, 1 a ghost of itself
  uniform float uAlpha;
  uniform float uGhost;       // how much of its edge a ghost still shows
  varying vec3 vNormal;
  varying vec3 vView;
  varying vec3 vPlace;
  varying vec3 vTint;
  #if defined(VEIL) || defined(BONE)
    #define SOLID 0.0
  #else
    #define SOLID 1.0
  #endif
  ${fade}
  #ifdef GYRI
    ${gyri}
  #endif
  ${light}

  void main() {
    float share = shown();
    #if !defined(VEIL) && !defined(BONE)
      if (uPale < 0.02) dissolve(share);
    #endif
    vec3 n = normalize(vNormal);
    vec3 v = normalize(vView);
    vec3 tint = vTint;
    #ifdef GYRI
      vec3 turned = n;
      float isCortex = smoothstep(uFrom, uFrom + 0.004, vPlace.y);
      float groove = furrow(vPlace, turned) * isCortex;
      n = normalize(mix(n, turned, isCortex));
      tint *= 1.0 - 0.42 * groove;
    #endif
    float facing = clamp(dot(n, v), 0.0, 1.0);
    float edge = pow(1.0 - facing, 2.0);
    vec3 c = lit(mix(tint, uSign, 0.5 * uSigned), n, v);
    c = mix(c, vec3(0.13, 0.44, 0.45), uPale * 0.85);
    c = mix(c, c + uSign * (0.06 + 0.55 * edge) * (0.7 + 0.3 * uPulse), uSigned);
    c += (0.10 * tint + vec3(0.10, 0.30, 0.29) * edge) * uLift;
    float glow = exp(-pow((vPlace.y - uScan) / 0.010, 2.0));
    c += vec3(0.25, 0.62, 0.60) * glow * 0.35;
    float alpha = uAlpha;
    #ifdef VEIL
      alpha = mix(0.46, 0.86, edge) * uAlpha;
      alpha = max(alpha, 0.80 * max(uSigned, uLift) * uAlpha);
    #endif
    #ifdef BONE
      alpha = mix(0.12, 0.62, pow(1.0 - facing, 1.5)) * uAlpha;
      alpha = max(alpha, 0.55 * uSigned * uAlpha);
    #endif
    alpha = mix(alpha, uGhost * edge * edge, uPale);
    gl_FragColor = vec4(c, alpha * (uPale < 0.02 ? max(share, SOLID) : share));
    ${end}
  }
`;

export const skinFragment = /* glsl */ `
  ${shared}
  uniform vec3 uSign;
  uniform float uSigned;
  uniform float uPale;
  uniform float uAlpha;
  varying vec3 vNormal;
  varying vec3 vView;
  varying vec3 vPlace;
  varying vec3 vTint;
  ${fade}

  void main() {
    float share = shown();
    vec3 n = normalize(vNormal);
    vec3 v = normalize(vView);
    float facing = clamp(dot(n, v), 0.0, 1.0);
    float edge = pow(1.0 - facing, 2.0);
    float key = 0.5 + 0.5 * dot(n, normalize(vec3(-0.42, 0.68, 0.60)));
    // Seen through, glass is pale; towards its edge it deepens, and the very edge catches light.
    vec3 pale = mix(vTint, vec3(0.66, 0.93, 0.90), 0.2 + 0.4 * key);
    vec3 c = mix(pale, vTint * vec3(0.42, 0.66, 0.70), smoothstep(0.05, 0.55, edge));
    c = mix(c, vec3(0.52, 0.93, 0.89), smoothstep(0.74, 1.0, edge) * 0.75);
    c = mix(c, uSign, uSigned * 0.6);
    float alpha = mix(0.06, 0.86, smoothstep(0.0, 0.85, edge));
    vec3 h = normalize(normalize(vec3(-0.42, 0.68, 0.60)) + v);
    float shine = pow(max(dot(n, h), 0.0), 46.0);
    c += shine * 0.5;
    alpha += shine * 0.22;
    float glow = exp(-pow((vPlace.y - uScan) / 0.007, 2.0));
    float wake = exp(-abs(vPlace.y - uScan) / 0.09) * 0.22;
    c += vec3(0.5, 0.95, 0.9) * glow * 0.5;
    alpha += glow * 0.42 + wake * (0.25 + edge);
    gl_FragColor = vec4(c, alpha * uAlpha * share * mix(1.0, 0.45, uPale));
    ${end}
  }
`;

/** Writes depth only, so that a veil never shows through itself. */
export const depthFragment = /* glsl */ `
  ${shared}
  varying vec3 vNormal;
  varying vec3 vView;
  varying vec3 vPlace;
  varying vec3 vTint;
  ${fade}
  void main() {
    dissolve(shown());
    gl_FragColor = vec4(0.0);
  }
`;

export const floorVertex = /* glsl */ `
  varying vec2 vAt;
  void main() {
    vAt = position.xz;
    gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
  }
`;

/** Rings of light on the pedestal. */
export const floorFragment = /* glsl */ `
  uniform float uRadius;
  uniform float uTime;
  uniform float uStrength;
  varying vec2 vAt;

  float ring(float r, float at, float width) {
    return exp(-pow((r - at) / width, 2.0));
  }

  void main() {
    float r = length(vAt) / uRadius;
    float turn = atan(vAt.y, vAt.x);
    float ticks = smoothstep(0.90, 0.98, cos(turn * 48.0)) * ring(r, 0.905, 0.016);
    float sweep = 0.5 + 0.5 * cos(turn - uTime * 0.5);
    float light = 0.75 * ring(r, 0.97, 0.010) + 0.5 * ticks;
    light += ring(r, 0.80, 0.005) * (0.25 + 0.55 * sweep * sweep);
    light += 0.32 * exp(-r * r * 5.0);
    vec3 c = mix(vec3(0.10, 0.50, 0.49), vec3(0.55, 0.95, 0.90), clamp(light, 0.0, 1.0));
    float alpha = light * uStrength * (1.0 - smoothstep(0.985, 1.0, r));
    gl_FragColor = vec4(c, alpha);
    ${end}
  }
`;
