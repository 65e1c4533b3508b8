/** Let go of whatever a stream is taken from; nobody is told that it ended. */
export function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}
