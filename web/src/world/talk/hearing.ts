/** Where voices are heard from. */
export interface VoiceRoom {
  add(slot: number, stream: MediaStream): void;
  addOwn(slot: number, stream: MediaStream): void;
  remove(slot: number): void;
  place(slot: number, x: number, y: number, z: number): void;
  listen(x: number, y: number, z: number, yaw: number): void;
  speaking(): number[];
  /** Let somebody be heard as loud from afar as from near. */
  carry(slot: number, isCarried: boolean): void;
  /** How loud somebody is, from 0 to 2 times. */
  turn(slot: number, volume: number): void;
  /** How loud somebody speaks right now, 0 … 1. */
  loudness(slot: number): number;
  /** How loud that arrives at our ears, 0 … 1 for −60 … 0 dB: with distance and volume; of ourselves, how loud we send. */
  level(slot: number): number;
  dispose(): void;
}

const FULL = 0.2; // of one who speaks up
const ROLLOFF = 1; // half as loud at twice the distance
const QUIETEST_DB = 60; // below full scale
const LOUD = 0.02; // root mean square of a voice that is heard, of 1

/** Each voice comes from where its avatar stands; the nearer, the louder. */
export class HearingRoom implements VoiceRoom {
  private readonly voices = new Map<
    number,
    { ear: AnalyserNode; out?: AnalyserNode; end: () => void; at?: PannerNode; loud?: GainNode }
  >();
  private readonly samples = new Float32Array(512);

  constructor(private readonly context: AudioContext) {
    void context.resume();
  }

  add(slot: number, stream: MediaStream): void {
    this.remove(slot);
    // Chromium moves a remote stream only while an element plays it, even in silence.
    const player = new Audio();
    player.srcObject = stream;
    player.muted = true;
    void player.play().catch(() => {});
    const source = this.context.createMediaStreamSource(stream);
    const ear = this.context.createAnalyser();
    ear.fftSize = this.samples.length;
    const at = new PannerNode(this.context, {
      panningModel: "HRTF",
      distanceModel: "inverse",
      refDistance: 2,
      rolloffFactor: ROLLOFF,
    });
    const loud = this.context.createGain();
    const out = this.context.createAnalyser();
    out.fftSize = this.samples.length;
    source.connect(ear).connect(at).connect(loud).connect(out).connect(this.context.destination);
    const end = () => {
      source.disconnect();
      ear.disconnect();
      at.disconnect();
      loud.disconnect();
      out.disconnect();
      player.srcObject = null;
    };
    this.voices.set(slot, { ear, out, at, loud, end });
  }

  /** Our own voice is looked at and never played. */
  addOwn(slot: number, stream: MediaStream): void {
    this.remove(slot);
    const source = this.context.createMediaStreamSource(stream);
    const ear = this.context.createAnalyser();
    ear.fftSize = this.samples.length;
    source.connect(ear);
    this.voices.set(slot, { ear, end: () => source.disconnect() });
  }

  remove(slot: number): void {
    this.voices.get(slot)?.end();
    this.voices.delete(slot);
  }

  place(slot: number, x: number, y: number, z: number): void {
    const at = this.voices.get(slot)?.at;
    if (!at) return;
    at.positionX.value = x;
    at.positionY.value = y;
    at.positionZ.value = z;
  }

  listen(x: number, y: number, z: number, yaw: number): void {
    const { listener } = this.context;
    if (!listener.positionX) return; // a browser without movable ears hears everybody straight
    listener.positionX.value = x;
    listener.positionY.value = y;
    listener.positionZ.value = z;
    listener.forwardX.value = -Math.sin(yaw);
    listener.forwardY.value = 0;
    listener.forwardZ.value = -Math.cos(yaw);
  }

  carry(slot: number, isCarried: boolean): void {
    const at = this.voices.get(slot)?.at;
    if (at) at.rolloffFactor = isCarried ? 0 : ROLLOFF;
  }

  turn(slot: number, volume: number): void {
    const loud = this.voices.get(slot)?.loud;
    if (loud) loud.gain.value = volume;
  }

  speaking(): number[] {
    return [...this.voices].filter(([, { ear }]) => this.hear(ear) > LOUD).map(([slot]) => slot);
  }

  dispose(): void {
    for (const slot of [...this.voices.keys()]) this.remove(slot);
    void this.context.close();
  }

  loudness(slot: number): number {
    const ear = this.voices.get(slot)?.ear;
    return ear ? Math.min(1, this.hear(ear) / FULL) : 0;
  }

  level(slot: number): number {
    const voice = this.voices.get(slot);
    if (!voice) return 0;
    const loud_db = 20 * Math.log10(this.hear(voice.out ?? voice.ear));
    return Math.max(0, Math.min(1, 1 + loud_db / QUIETEST_DB));
  }

  private hear(ear: AnalyserNode): number {
    ear.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    return Math.sqrt(sum / this.samples.length);
  }
}
