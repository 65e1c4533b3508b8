/** A picture that the house drew (SVG), as an address for an image. */
export function pictureOf(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
