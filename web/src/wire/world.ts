// Made by `make wire` from asklepion/world/wire. Change that, never this.

export const AT_BYTE = 10;
export const BENT_LEAST = -0.8;
export const BENT_MOST = 2.2;
export const BOARD_STEPS = 4096;
export const CLOTHS = 16;
export const COARSE_BYTES = 12;
export const ENTRY_BYTES = 14;
export const EYE_COLOURS = 6;
export const FACES = 3;
export const FLAGS_BYTE = 9;
export const GONE = -1;
export const HAIR_COLOURS = 10;
export const HAND_BENDS = 10;
export const HAND_BYTES = 30;
export const HAND_REACH = 511;
export const HAND_STEPS = 400;
export const HAND_TURNS = 5;
export const HEADER_BYTES = 12;
export const INKS = 8;
export const ITEMS_KIND = 17;
export const ITEM_BYTES = 20;
export const ITEM_KIND = 16;
export const LOOK_VERSION = "1";
export const MAX_CAPTION_CHARS = 300;
export const MAX_CHAT_CHARS = 500;
export const MAX_FRAME_BYTES = 32768;
export const MAX_SIGNAL_CHARS = 24576;
export const METRE_STEPS = 256;
export const MOST_CAPTIONERS = 4;
export const MOST_HELD = 8;
export const MOST_NAME = 80;
export const MOST_NOTE = 500;
export const MOST_POINTS = 512;
export const MOST_STROKE = 4096;
export const MOST_WORDS = 200;
export const POINTS_KIND = 19;
export const POINT_BYTES = 12;
export const POINT_ENTRY_BYTES = 15;
export const POINT_KIND = 18;
export const POSE_BYTES = 12;
export const SKINS = 12;
export const SLOT_BYTES = 2;
export const TICKS_PER_S = 20;
export const TRACKED_BYTES = 34;
export const TRACKED_ENTRY_BYTES = 36;
export const TURN_STEPS = 1023;
export const WORN_VERSION = "2";

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

/** Ask people who stand near to speak privately; from within an aside: to come into it. */
export interface AskAside {
  readonly type: "ask-aside";
  readonly to: readonly number[];
}

/** Somebody near asks you to speak privately; the question stands for a minute. */
export interface AskedAside {
  readonly type: "asked-aside";
  readonly aside: number;
  readonly slot: number;
  readonly name: string;
}

/** Somebody's line broke, or they are back on another. */
export interface Away {
  readonly type: "away";
  readonly slot: number;
  readonly is_away: boolean;
}

/** A ball to throw and to catch. */
export interface BallItem {
  readonly kind: "ball";
  readonly ink: number;
}

/** Whether one walks through a thing, and the outline that stops one who tries. */
export const Blocks = {
  NOTHING: "",
  BOX: "box",
  CIRCLE: "circle",
} as const;
export type Blocks = (typeof Blocks)[keyof typeof Blocks];

/** A whiteboard of so many metres, with marks on it from the undermost to the topmost. */
export interface BoardItem {
  readonly kind: "board";
  readonly width: number;
  readonly height: number;
  readonly marks: readonly (Stroke | Words)[];
}

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

/** Words that are being said: one's own, or of somebody who lets one write down theirs. */
export interface Caption {
  readonly type: "caption";
  readonly text: string;
  readonly piece: number;
  readonly is_final?: boolean;
  readonly is_typed?: boolean;
  readonly lang?: string;
  readonly of?: number | null;
  readonly aside?: number | null;
}

/** A caption, or a wish about them, was not taken. `code` is as in Refused. */
export interface CaptionRefused {
  readonly type: "caption-refused";
  readonly code: string;
  readonly piece: number;
  readonly hint: string;
}

/** What somebody says. Whoever typed it for them stands in `by`, and always is named. */
export interface Captioned {
  readonly type: "captioned";
  readonly slot: number;
  readonly name: string;
  readonly text: string;
  readonly piece: number;
  readonly is_final: boolean;
  readonly is_typed: boolean;
  readonly lang: string;
  readonly at: string;
  readonly by: string;
  readonly by_slot: number;
  readonly is_private: boolean;
}

/** Do something to a thing. */
export interface ChangeItem {
  readonly type: "change-item";
  readonly op: string;
  readonly item: string;
  readonly act: Draw | Erase | Restore | Write | Flip | Resize;
}

/** A round piece of ground, level at `y`. */
export interface Circle {
  readonly kind: "circle";
  readonly center: readonly [number, number];
  readonly radius: number;
  readonly y: number;
}

/** Why a socket was closed. After STRANGER and ELSEWHERE a client stays away. */
export const Close = {
  COMING_BACK: 4000,
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
  UNHEARD: "unheard",
  WORDS_GIVEN: "words-given",
  TOO_FAR: "too-far",
  IN_ASIDE: "in-aside",
  ASIDE_FULL: "aside-full",
  ASIDE_OVER: "aside-over",
  OTHER_EARS: "other-ears",
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

/** Say no to one who asked; nobody is told. */
export interface DeclineAside {
  readonly type: "decline-aside";
  readonly aside: number;
}

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

/** Put a mark on a board; a stroke that is there already goes on from its last point. */
export interface Draw {
  readonly do: "draw";
  readonly mark: Stroke | Words;
}

/** Somebody looks different now. */
export interface Dressed {
  readonly type: "dressed";
  readonly slot: number;
  readonly look: string;
}

/** Put down what one holds; with a velocity [m/s] it flies until one says where it rests. */
export interface DropItem {
  readonly type: "drop-item";
  readonly item: number;
  readonly spot: ItemSpot;
  readonly velocity: readonly [number, number, number];
}

/** Let me into that place. Asked again, or refused, one stays where one is. */
export interface Enter {
  readonly type: "enter";
  readonly place: string;
}

/** Take these marks off a board. */
export interface Erase {
  readonly do: "erase";
  readonly marks: readonly string[];
}

/** You are no longer in that place. Where `to` is given, that is where one goes next. */
export interface Expelled {
  readonly type: "expelled";
  readonly place: string;
  readonly code: Code;
  readonly to: string;
}

/** A loose thing that is here from the beginning; locked, it stays where it is. */
export interface Fixture {
  readonly id: string;
  readonly position: readonly [number, number, number];
  readonly state: BoardItem | NoteItem | BallItem | SlidesItem | ModelItem;
  readonly yaw: number;
  readonly is_locked: boolean;
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

/** Show another page. */
export interface Flip {
  readonly do: "flip";
  readonly page: number;
}

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

/** A host gives somebody the word on stage, or takes it back. */
export interface GiveWord {
  readonly type: "give-word";
  readonly to: number;
  readonly has_word: boolean;
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

/** STUN or TURN servers that take one name; `username` is empty where they ask for none. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** By which servers voices and screens find a way from now on. */
export interface IceServers {
  readonly type: "ice-servers";
  readonly servers: readonly IceServer[];
  readonly is_relay_only: boolean;
}

/** One loose thing. `number` is for as long as the place is open, `id` for ever. */
export interface Item {
  readonly number: number;
  readonly id: string;
  readonly spot: ItemSpot;
  readonly state: BoardItem | NoteItem | BallItem | SlidesItem | ModelItem;
  readonly revision: number;
  readonly by: string;
  readonly holder: number;
  readonly is_flying: boolean;
  readonly is_locked: boolean;
}

/** Something was done to a thing; the order in which this is told is the order that counts. */
export interface ItemChanged {
  readonly type: "item-changed";
  readonly slot: number;
  readonly op: string;
  readonly item: number;
  readonly act: Draw | Erase | Restore | Write | Flip | Resize;
  readonly revision: number;
}

/** Why something was not done with a loose thing. The client has the words. */
export const ItemCode = {
  FORBIDDEN: "forbidden",
  HELD: "held",
  LOCKED: "locked",
  UNKNOWN: "unknown",
  INCORRECT: "incorrect",
  FULL: "full",
  TOO_FAST: "too-fast",
  NOT_YET: "not-yet",
  SEAT_TAKEN: "seat-taken",
} as const;
export type ItemCode = (typeof ItemCode)[keyof typeof ItemCode];

/** A thing was put down, thrown, or came to rest. Whoever threw it says where it flies. */
export interface ItemDropped {
  readonly type: "item-dropped";
  readonly slot: number;
  readonly item: number;
  readonly spot: ItemSpot;
  readonly velocity: readonly [number, number, number];
  readonly is_flying: boolean;
  readonly revision: number;
}

/** A thing stays where it is, or may be moved again. */
export interface ItemLocked {
  readonly type: "item-locked";
  readonly item: number;
  readonly is_locked: boolean;
  readonly revision: number;
}

/** Somebody made a thing, or took back that it was removed. */
export interface ItemMade {
  readonly type: "item-made";
  readonly slot: number;
  readonly op: string;
  readonly item: Item;
}

/** What you asked was not done. `hint` is for whoever writes a client. */
export interface ItemRefused {
  readonly type: "item-refused";
  readonly code: ItemCode;
  readonly hint: string;
  readonly op: string;
  readonly item: number;
}

/** A thing is gone. */
export interface ItemRemoved {
  readonly type: "item-removed";
  readonly slot: number;
  readonly op: string;
  readonly item: number;
}

/** Where an item is [m] and how it is turned. */
export interface ItemSpot {
  readonly position: readonly [number, number, number];
  readonly turn: readonly [number, number, number, number];
}

/** Somebody holds a thing now. */
export interface ItemTaken {
  readonly type: "item-taken";
  readonly slot: number;
  readonly item: number;
}

/** The loose things here, in as many messages as it takes; the last one says that it is. */
export interface Items {
  readonly type: "items";
  readonly items: readonly Item[];
  readonly mine: readonly string[];
  readonly rights: readonly ThingRight[];
  readonly seats: readonly SeatTaken[];
  readonly is_kept: boolean;
  readonly is_first: boolean;
  readonly is_last: boolean;
}

/** These things survive a power cut as they were at that revision; −1 for what is gone. */
export interface ItemsKept {
  readonly type: "items-kept";
  readonly kept: readonly (readonly [string, number])[];
}

/** Say yes to one who asked. */
export interface JoinAside {
  readonly type: "join-aside";
  readonly aside: number;
}

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

/** Speak with everybody again. */
export interface LeaveAside {
  readonly type: "leave-aside";
}

/** Somebody is gone; the slot may be another's next. */
export interface Left {
  readonly type: "left";
  readonly slot: number;
}

/** Let somebody here write down what I say, or not any more. */
export interface LetCaption {
  readonly type: "let-caption";
  readonly to: number;
  readonly may: boolean;
}

/** A lamp: its colour, how strong it is, and how far it reaches [m]. */
export interface Light {
  readonly id: string;
  readonly position: readonly [number, number, number];
  readonly color: string;
  readonly strength: number;
  readonly reach: number;
}

/** Where to open the line to the world: at this house's /world where `url` is empty. */
export interface LineOffer {
  readonly url: string;
  readonly ticket: string;
}

/** Where somebody wants to go by the line they ask for, and which place they leave for it. */
export interface LineWish {
  readonly place: string;
  readonly came_from: string;
}

/** Let a thing stay where it is, or let it be moved again. */
export interface LockItem {
  readonly type: "lock-item";
  readonly item: string;
  readonly is_locked: boolean;
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
  readonly avatar: string;
}

/** Make a new thing and put it there. */
export interface MakeItem {
  readonly type: "make-item";
  readonly op: string;
  readonly state: BoardItem | NoteItem | BallItem | SlidesItem | ModelItem;
  readonly spot: ItemSpot;
}

/** Somebody lets another write down what they say, or not any more; told to these two. */
export interface MayCaption {
  readonly type: "may-caption";
  readonly slot: number;
  readonly by: number;
  readonly may: boolean;
}

/** A thing in three dimensions from a file of the house, so many metres at its longest. */
export interface ModelItem {
  readonly kind: "model";
  readonly name: string;
  readonly file: string;
  readonly size: number;
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

/** A sticky note. */
export interface NoteItem {
  readonly kind: "note";
  readonly text: string;
  readonly ink: number;
}

/** An outline on the ground that nobody walks through, and how high it stands. */
export interface Obstacle {
  readonly shape: Circle | Box;
  readonly height: number;
}

/** That place lives in another worker: ask where the line goes, and enter it there. */
export interface Onward {
  readonly type: "onward";
  readonly place: string;
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
  readonly aside: number;
  readonly hand: number;
  readonly has_word: boolean;
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
  readonly format: number;
  readonly sea_y: number | null;
  readonly exit: string;
  readonly copies: number;
  readonly hosts: readonly Role[];
  readonly rights: Readonly<Record<string, readonly Right[]>>;
  readonly visitors: readonly Role[];
  readonly is_stage: boolean;
  readonly is_child_safe: boolean;
  readonly allows_own_avatars: boolean;
  readonly doors: readonly Door[];
  readonly anchors: readonly Anchor[];
  readonly buildings: readonly Building[];
  readonly things: readonly Thing[];
  readonly obstacles: readonly Obstacle[];
  readonly fixtures: readonly Fixture[];
  readonly lights: readonly Light[];
  readonly models: readonly PlacedModel[];
  readonly seats: readonly Seat[];
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

/** The place you are in is another now: read it again. A welcome follows, where you stood. */
export interface PlaceChanged {
  readonly type: "place-changed";
  readonly place: string;
}

/** A glTF file that came with the place (its SHA-256), so many metres at its longest. */
export interface PlacedModel {
  readonly id: string;
  readonly file: string;
  readonly position: readonly [number, number, number];
  readonly name: string;
  readonly yaw: number;
  readonly size: number;
  readonly blocks: Blocks;
  readonly footprint: readonly [number, number] | null;
}

/** What the sign over a door tells of the place behind it. */
export interface Presence {
  readonly place: string;
  readonly count: number;
  readonly names: readonly string[];
}

/** Send me the captions of those whom I may hear, or not any more. Nobody is told. */
export interface ReadCaptions {
  readonly type: "read-captions";
  readonly is_on: boolean;
}

/** What you asked was not done. `hint` is for whoever writes a client. */
export interface Refused {
  readonly type: "refused";
  readonly code: Code;
  readonly hint: string;
  readonly place: string;
}

/** Take a thing away for good, or until one undoes it. */
export interface RemoveItem {
  readonly type: "remove-item";
  readonly op: string;
  readonly item: string;
}

/** Make a model larger or smaller. */
export interface Resize {
  readonly do: "resize";
  readonly size: number;
}

/** Put marks back that were taken off. The house does this where somebody takes an act back. */
export interface Restore {
  readonly do: "restore";
  readonly marks: readonly (Stroke | Words)[];
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
  PHOTO: "photo",
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
  readonly is_private: boolean;
}

/** Plain words to everybody in this place, or in one's aside; they are not kept. */
export interface Say {
  readonly type: "say";
  readonly text: string;
  readonly aside?: number | null;
}

/** A spot on a bench or a chair where one person may sit: the floor below, and the way. */
export interface Seat {
  readonly id: string;
  readonly position: readonly [number, number, number];
  readonly yaw: number;
}

/** Somebody sits there now; "" for one who stands. */
export interface SeatTaken {
  readonly type: "seat-taken";
  readonly slot: number;
  readonly seat: string;
}

/** A host puts the place on stage: few speak and all hear; or ends that. */
export interface SetStage {
  readonly type: "set-stage";
  readonly is_on: boolean;
}

/** Voices here go through the SFU from now on, begun anew; or from browser to browser. */
export interface Sfu {
  readonly type: "sfu";
  readonly is_on: boolean;
}

/** How I take in the voices that were offered. */
export interface SfuAnswer {
  readonly type: "sfu-answer";
  readonly sdp: string;
}

/** How the SFU takes in your voice. */
export interface SfuAnswered {
  readonly type: "sfu-answered";
  readonly sdp: string;
}

/** Whom I want to hear; of them those are sent whom I may. */
export interface SfuHear {
  readonly type: "sfu-hear";
  readonly slots: readonly number[];
}

/** I hang up. */
export interface SfuLeave {
  readonly type: "sfu-leave";
}

/** My voice, as WebRTC describes it, for the SFU. */
export interface SfuOffer {
  readonly type: "sfu-offer";
  readonly sdp: string;
}

/** Voices for you. `slots` says whose is on which stream, in the order of the description. */
export interface SfuOffered {
  readonly type: "sfu-offered";
  readonly sdp: string;
  readonly slots: readonly number[];
}

/** The SFU refused more than once, and is asked again for you in so long. */
export interface SfuRefused {
  readonly type: "sfu-refused";
  readonly again_s: number;
  readonly is_hearing: boolean;
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

/** Sit down on a seat of the place file. */
export interface Sit {
  readonly type: "sit";
  readonly seat: string;
}

/** Pictures on a screen, one at a time; each page is a file of the house. */
export interface SlidesItem {
  readonly kind: "slides";
  readonly name: string;
  readonly pages: readonly string[];
  readonly page: number;
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

/** The place is on stage now, and nobody but its hosts has the word; or it is no more. */
export interface Staged {
  readonly type: "staged";
  readonly is_on: boolean;
}

/** Stand up. */
export interface Stand {
  readonly type: "stand";
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

/** A line: x and y in turn, in steps of a board's width; `width` in the same steps. */
export interface Stroke {
  readonly mark: "stroke";
  readonly id: string;
  readonly ink: number;
  readonly seq: number;
  readonly width: number;
  readonly points: readonly number[];
}

/** Take a thing up, or catch it. Its poses are one's own to tell from then on. */
export interface TakeItem {
  readonly type: "take-item";
  readonly item: number;
}

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

/** What somebody may do with the loose things of a place; of one's own one may do more. */
export const ThingRight = {
  MAKE: "make",
  MOVE: "move",
  CHANGE: "change",
  TIDY: "tidy",
} as const;
export type ThingRight = (typeof ThingRight)[keyof typeof ThingRight];

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

/** Take back one's own last change or removal here; of one thing, if it is named. */
export interface UndoItem {
  readonly type: "undo-item";
  readonly op: string;
  readonly item: string;
}

/** Say a phrase to everybody in this place, or in one's aside; `aside` as for Say. */
export interface Utter {
  readonly type: "utter";
  readonly phrase: Phrase;
  readonly aside?: number | null;
}

/** Somebody said a phrase. */
export interface Uttered {
  readonly type: "uttered";
  readonly slot: number;
  readonly name: string;
  readonly phrase: Phrase;
  readonly at: string;
  readonly is_private: boolean;
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
  readonly is_stage: boolean;
}

/** Somebody speaks privately in the aside of that number; 0: with everybody again. */
export interface WentAside {
  readonly type: "went-aside";
  readonly slot: number;
  readonly aside: number;
}

/** Somebody was given the word on stage, or it was taken back. */
export interface Worded {
  readonly type: "worded";
  readonly slot: number;
  readonly has_word: boolean;
}

/** Typed words: `size` the height of a line, in steps of a board's width. */
export interface Words {
  readonly mark: "words";
  readonly id: string;
  readonly ink: number;
  readonly seq: number;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly text: string;
}

/** Write a note anew. */
export interface Write {
  readonly do: "write";
  readonly text: string;
  readonly ink: number;
}

export type Act = Draw | Erase | Restore | Write | Flip | Resize;

export type FromCaptioners = Caption | LetCaption | ReadCaptions;

export type FromHands =
  | MakeItem
  | TakeItem
  | DropItem
  | ChangeItem
  | RemoveItem
  | UndoItem
  | LockItem
  | Sit
  | Stand;

export type FromTalkers =
  | AskAside
  | JoinAside
  | DeclineAside
  | LeaveAside
  | SetStage
  | GiveWord
  | SfuOffer
  | SfuAnswer
  | SfuHear
  | SfuLeave;

export type FromThings =
  | Items
  | ItemMade
  | ItemTaken
  | ItemDropped
  | ItemChanged
  | ItemRemoved
  | ItemLocked
  | ItemsKept
  | ItemRefused
  | SeatTaken;

export type FromVisitor =
  | Enter
  | Say
  | Utter
  | Gesture
  | Signal
  | AskAside
  | JoinAside
  | DeclineAside
  | LeaveAside
  | SetStage
  | GiveWord
  | SfuOffer
  | SfuAnswer
  | SfuHear
  | SfuLeave
  | Caption
  | LetCaption
  | ReadCaptions
  | MakeItem
  | TakeItem
  | DropItem
  | ChangeItem
  | RemoveItem
  | UndoItem
  | LockItem
  | Sit
  | Stand;

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
  | Onward
  | PlaceChanged
  | Standing
  | Silenced
  | Told
  | AskedAside
  | WentAside
  | Staged
  | Worded
  | Sfu
  | SfuAnswered
  | SfuOffered
  | SfuRefused
  | IceServers
  | Captioned
  | CaptionRefused
  | MayCaption
  | Items
  | ItemMade
  | ItemTaken
  | ItemDropped
  | ItemChanged
  | ItemRemoved
  | ItemLocked
  | ItemsKept
  | ItemRefused
  | SeatTaken;

export type ItemState = BoardItem | NoteItem | BallItem | SlidesItem | ModelItem;

export type Mark = Stroke | Words;

export type TellsCaptions = Captioned | CaptionRefused | MayCaption;
