// Made by `make wire` from asklepion/world/wire. Change that, never this.

export const AT_BYTE = 10;
export const BENT_LEAST = -0.8;
export const BENT_MOST = 2.2;
export const CLOTHS = 16;
export const COARSE_BYTES = 12;
export const ENTRY_BYTES = 14;
export const EYE_COLOURS = 6;
export const FACES = 3;
export const FLAGS_BYTE = 9;
export const HAIR_COLOURS = 10;
export const HAND_BENDS = 10;
export const HAND_BYTES = 30;
export const HAND_REACH = 511;
export const HAND_STEPS = 400;
export const HAND_TURNS = 5;
export const HEADER_BYTES = 12;
export const LOOK_VERSION = "1";
export const MAX_CHAT_CHARS = 500;
export const MAX_FRAME_BYTES = 32768;
export const MAX_SIGNAL_CHARS = 24576;
export const METRE_STEPS = 256;
export const POSE_BYTES = 12;
export const SKINS = 12;
export const SLOT_BYTES = 2;
export const TICKS_PER_S = 20;
export const TRACKED_BYTES = 34;
export const TRACKED_ENTRY_BYTES = 36;
export const TURN_STEPS = 1023;

/** What somebody is told. */
export const About = {
  KICK: "kick",
  BAN: "ban",
  MUTE: "mute",
  LIFTED: "lifted",
  ASKED: "asked",
  FRIENDS: "friends",
  FOLLOWED: "followed",
  PARTED: "parted",
  INVITED: "invited",
  ANSWERED: "answered",
} as const;
export type About = (typeof About)[keyof typeof About];

/** Who may enter: any signed-in person, the owner alone, or whom a gatekeeper lets in. */
export const Access = {
  ALL: "all",
  OWNER: "owner",
  GUARDED: "guarded",
} as const;
export type Access = (typeof Access)[keyof typeof Access];

/** The age a body shows. */
export const Age = {
  CHILD: "child",
  ADULT: "adult",
  ELDER: "elder",
} as const;
export type Age = (typeof Age)[keyof typeof Age];

/** A named spot where another room puts something: a hologram, a seat, a wall of cards. */
export interface Anchor {
  readonly id: string;
  readonly position: readonly [number, number, number];
  readonly yaw: number;
  readonly size: readonly [number, number, number];
}

/** Somebody's line broke, or they are back on another. */
export interface Away {
  readonly type: "away";
  readonly slot: number;
  readonly is_away: boolean;
}

/** Whether one walks through a thing, and the outline that stops one who tries. */
export const Blocks = {
  NOTHING: "",
  BOX: "box",
  CIRCLE: "circle",
} as const;
export type Blocks = (typeof Blocks)[keyof typeof Blocks];

/** The shape of a body. */
export const BodyShape = {
  FEMININE: "feminine",
  MASCULINE: "masculine",
} as const;
export type BodyShape = (typeof BodyShape)[keyof typeof BodyShape];

/** A rectangle of ground. Its floor rises by `rise` on the way from its local −z to its +z. */
export interface Box {
  readonly kind: "box";
  readonly center: readonly [number, number];
  readonly size: readonly [number, number];
  readonly yaw: number;
  readonly y: number;
  readonly rise: number;
}

/** How much of it there is. */
export const Build = {
  SLIM: "slim",
  MEDIUM: "medium",
  FULL: "full",
} as const;
export type Build = (typeof Build)[keyof typeof Build];

/** A house seen from outside; `kind` decides how it looks, `name_key` what its sign says. */
export interface Building {
  readonly id: string;
  readonly kind: string;
  readonly name_key: string;
  readonly about_key: string;
  readonly position: readonly [number, number, number];
  readonly size: readonly [number, number, number];
  readonly yaw: number;
}

/** A round piece of ground, level at `y`. */
export interface Circle {
  readonly kind: "circle";
  readonly center: readonly [number, number];
  readonly radius: number;
  readonly y: number;
}

/** Why the world closed the socket. After STRANGER and ELSEWHERE a client stays away. */
export const Close = {
  GARBAGE: 4400,
  STRANGER: 4401,
  SILENT: 4408,
  ELSEWHERE: 4409,
  SLOW: 4413,
  HURRIED: 4429,
  RESTART: 1012,
} as const;
export type Close = (typeof Close)[keyof typeof Close];

/** Why something was refused, or why one has to leave. The client has the words. */
export const Code = {
  FULL: "full",
  FORBIDDEN: "forbidden",
  KICKED: "kicked",
  BANNED: "banned",
  SILENCED: "silenced",
  SLOW_MODE: "slow-mode",
  PHRASES_ONLY: "phrases-only",
  NOT_FOR_CHILDREN: "not-for-children",
  UNKNOWN_PLACE: "unknown-place",
  NOWHERE: "nowhere",
  NOT_HERE: "not-here",
  TOO_FAST: "too-fast",
  TOO_LONG: "too-long",
  BUSY: "busy",
  GARBAGE: "garbage",
  STRANGER: "stranger",
  ELSEWHERE: "elsewhere",
  SILENT: "silent",
  SLOW: "slow",
  ENDED: "ended",
  RESTART: "restart",
} as const;
export type Code = (typeof Code)[keyof typeof Code];

/** What the head wears. */
export const Cover = {
  NONE: "none",
  HIJAB: "hijab",
  TURBAN: "turban",
  KIPPAH: "kippah",
} as const;
export type Cover = (typeof Cover)[keyof typeof Cover];

/** A way to another place, or a closed one that says why. It faces whom it lets in. */
export interface Door {
  readonly id: string;
  readonly position: readonly [number, number, number];
  readonly label_key: string;
  readonly to: string | null;
  readonly closed_reason_key: string;
  readonly yaw: number;
  readonly width: number;
  readonly height: number;
  readonly building: string;
}

/** Somebody looks different now. */
export interface Dressed {
  readonly type: "dressed";
  readonly slot: number;
  readonly look: string;
}

/** Let me into that place. Asked again, or refused, one stays where one is. */
export interface Enter {
  readonly type: "enter";
  readonly place: string;
}

/** You are no longer in that place. Where `to` is given, that is where one goes next. */
export interface Expelled {
  readonly type: "expelled";
  readonly place: string;
  readonly code: Code;
  readonly to: string;
}

/** What a pose says beside where. */
export const Flag = {
  JUMP: 1,
  SEATED: 2,
  TALKING: 4,
  LEFT: 8,
  RIGHT: 16,
  MOVING: 32,
} as const;
export type Flag = number;

/** Show a gesture. */
export interface Gesture {
  readonly type: "gesture";
  readonly motion: Motion;
}

/** Somebody showed a gesture. */
export interface Gestured {
  readonly type: "gestured";
  readonly slot: number;
  readonly motion: Motion;
}

/** How the hair is worn. */
export const HairStyle = {
  BALD: "bald",
  CROP: "crop",
  PARTED: "parted",
  CURLS: "curls",
  BOB: "bob",
  LONG: "long",
  TAIL: "tail",
  BUN: "bun",
  RECEDING: "receding",
} as const;
export type HairStyle = (typeof HairStyle)[keyof typeof HairStyle];

/** Somebody came in. */
export interface Joined {
  readonly type: "joined";
  readonly person: Person;
}

/** The first byte of a frame. */
export const Kind = {
  CONTROL: 0,
  POSE: 1,
  SNAPSHOT: 2,
  HANDS: 8,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Somebody is gone; the slot may be another's next. */
export interface Left {
  readonly type: "left";
  readonly slot: number;
}

/** Where to open the line to the world: at this house's /world where `url` is empty. */
export interface LineOffer {
  readonly url: string;
  readonly ticket: string;
}

/** How a person looks. Colours are places in the client's palettes. */
export interface Look {
  readonly shape: BodyShape;
  readonly age: Age;
  readonly build: Build;
  readonly stature: Stature;
  readonly face: number;
  readonly skin: number;
  readonly eyes: number;
  readonly hair: HairStyle;
  readonly hair_colour: number;
  readonly beard: boolean;
  readonly top: Top;
  readonly top_colour: number;
  readonly legs_colour: number;
  readonly shoes_colour: number;
  readonly cover: Cover;
  readonly cover_colour: number;
  readonly glasses: boolean;
  readonly hearing_aids: boolean;
  readonly wheelchair: boolean;
}

/** A gesture. A raised hand stays up until it is lowered; the others pass. */
export const Motion = {
  WAVE: "wave",
  HAND_UP: "hand-up",
  HAND_DOWN: "hand-down",
  NOD: "nod",
  CLAP: "clap",
  THUMBS_UP: "thumbs-up",
  BOW: "bow",
  HEART: "heart",
} as const;
export type Motion = (typeof Motion)[keyof typeof Motion];

/** Your last step was not possible; you still stand here. */
export interface Moved {
  readonly type: "moved";
  readonly spot: Spot;
}

/** An outline on the ground that nobody walks through, and how high it stands. */
export interface Obstacle {
  readonly shape: Circle | Box;
  readonly height: number;
}

/** What somebody is in a place. Guests are those whom the house knows by no role. */
export const Part = {
  OWNER: "owner",
  HOST: "host",
  MEMBER: "member",
  GUEST: "guest",
} as const;
export type Part = (typeof Part)[keyof typeof Part];

/** Somebody in this place. A slot is a number for as long as the stay lasts, nothing more. */
export interface Person {
  readonly slot: number;
  readonly name: string;
  readonly is_hand_up: boolean;
  readonly is_away: boolean;
  readonly who: string;
  readonly is_host: boolean;
  readonly is_silent: boolean;
  readonly look: string;
}

/** What can be said by choosing: each hears it in their own language. */
export const Phrase = {
  HELLO: "hello",
  BYE: "bye",
  YES: "yes",
  NO: "no",
  THANKS: "thanks",
  SORRY: "sorry",
  WAIT: "wait",
  COME: "come",
  HELP: "help",
  WELL: "well",
} as const;
export type Phrase = (typeof Phrase)[keyof typeof Phrase];

/** One place file. `obstacles` are made from what stands there, not written by hand. */
export interface Place {
  readonly id: string;
  readonly name_key: string;
  readonly about_key: string;
  readonly capacity: number;
  readonly access: Access;
  readonly sign: Sign;
  readonly sky: string;
  readonly spawn: Spawn;
  readonly bounds: readonly (Circle | Box)[];
  readonly sea_y: number | null;
  readonly exit: string;
  readonly copies: number;
  readonly hosts: readonly Role[];
  readonly rights: Readonly<Record<string, readonly Right[]>>;
  readonly is_child_safe: boolean;
  readonly doors: readonly Door[];
  readonly anchors: readonly Anchor[];
  readonly buildings: readonly Building[];
  readonly things: readonly Thing[];
  readonly obstacles: readonly Obstacle[];
}

/** One line of the list of places. */
export interface PlaceCard {
  readonly id: string;
  readonly name_key: string;
  readonly about_key: string;
  readonly capacity: number;
  readonly sign: Sign;
  readonly presence: Presence | null;
}

/** What the sign over a door tells of the place behind it. */
export interface Presence {
  readonly place: string;
  readonly count: number;
  readonly names: readonly string[];
}

/** What you asked was not done. `hint` is for whoever writes a client. */
export interface Refused {
  readonly type: "refused";
  readonly code: Code;
  readonly hint: string;
  readonly place: string;
}

/** What somebody may do in a place. */
export const Right = {
  ENTER: "enter",
  SPEAK: "speak",
  WRITE: "write",
  DRAW: "draw",
  MAKE: "make",
  SHARE: "share",
  MODERATE: "moderate",
} as const;
export type Right = (typeof Right)[keyof typeof Right];

/** What an account may be here; one account may be several. */
export const Role = {
  PATIENT: "patient",
  CLINICIAN: "clinician",
  TRAINEE: "trainee",
  EDUCATOR: "educator",
  OPERATOR: "operator",
  DEVICE: "device",
} as const;
export type Role = (typeof Role)[keyof typeof Role];

/** Somebody said something. */
export interface Said {
  readonly type: "said";
  readonly slot: number;
  readonly name: string;
  readonly text: string;
  readonly at: string;
}

/** Plain words to everybody in this place; they are not kept. */
export interface Say {
  readonly type: "say";
  readonly text: string;
}

/** Which hands follow, in this order. */
export const Side = {
  LEFT: 1,
  RIGHT: 2,
} as const;
export type Side = number;

/** What a sign outside tells of those inside. Who sees a physician is nobody's business. */
export const Sign = {
  NAMES: "names",
  COUNT: "count",
  NOTHING: "nothing",
} as const;
export type Sign = (typeof Sign)[keyof typeof Sign];

/** Hand this, unread, to one person in this place: how two browsers meet for voice. */
export interface Signal {
  readonly type: "signal";
  readonly to: number;
  readonly data: string;
}

/** Somebody in this place hands you this. */
export interface Signalled {
  readonly type: "signalled";
  readonly slot: number;
  readonly data: string;
}

/** What the signs over this place's doors tell now. */
export interface Signs {
  readonly type: "signs";
  readonly signs: readonly Presence[];
}

/** A host took the word from somebody, or gave it back: do not play their voice meanwhile. */
export interface Silenced {
  readonly type: "silenced";
  readonly slot: number;
  readonly is_silent: boolean;
}

/** Where one appears who comes through no door. */
export interface Spawn {
  readonly position: readonly [number, number, number];
  readonly radius: number;
  readonly yaw: number;
}

/** A position to stand at and the way one faces there. */
export interface Spot {
  readonly position: readonly [number, number, number];
  readonly yaw: number;
}

/** What you are and may do in this place; follows Welcome, and whenever it changes. */
export interface Standing {
  readonly type: "standing";
  readonly place: string;
  readonly part: Part;
  readonly rights: readonly Right[];
  readonly is_silent: boolean;
  readonly phrases_only: boolean;
  readonly slow_s: number;
  readonly bubble_m: number;
}

/** How tall it is among those of its age. */
export const Stature = {
  SHORT: "short",
  MEDIUM: "medium",
  TALL: "tall",
} as const;
export type Stature = (typeof Stature)[keyof typeof Stature];

/** Something that stands there: `position` its foot, `size` its width, height and depth. */
export interface Thing {
  readonly kind: string;
  readonly position: readonly [number, number, number];
  readonly size: readonly [number, number, number];
  readonly yaw: number;
  readonly id: string;
  readonly variant: string;
  readonly blocks: Blocks;
  readonly footprint: readonly [number, number] | null;
}

/** Something that concerns you alone. `id` is what an answer to it names. */
export interface Told {
  readonly type: "told";
  readonly about: About;
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly reason: string;
  readonly until: string;
  readonly outcome: string;
}

/** What the upper body wears. SCRUBS and COAT are for clinicians, and carry their badge. */
export const Top = {
  JUMPER: "jumper",
  SHIRT: "shirt",
  DRESS: "dress",
  TUNIC: "tunic",
  SCRUBS: "scrubs",
  COAT: "coat",
} as const;
export type Top = (typeof Top)[keyof typeof Top];

/** Say a phrase to everybody in this place. */
export interface Utter {
  readonly type: "utter";
  readonly phrase: Phrase;
}

/** Somebody said a phrase. */
export interface Uttered {
  readonly type: "uttered";
  readonly slot: number;
  readonly name: string;
  readonly phrase: Phrase;
  readonly at: string;
}

/** You are in. A whole snapshot follows. */
export interface Welcome {
  readonly type: "welcome";
  readonly place: string;
  readonly you: number;
  readonly spot: Spot;
  readonly people: readonly Person[];
  readonly signs: readonly Presence[];
  readonly key: string;
}

export type FromVisitor = Enter | Say | Utter | Gesture | Signal;

export type FromWorld =
  | Welcome
  | Joined
  | Dressed
  | Left
  | Away
  | Said
  | Uttered
  | Gestured
  | Signalled
  | Signs
  | Moved
  | Refused
  | Expelled
  | Standing
  | Silenced
  | Told;
