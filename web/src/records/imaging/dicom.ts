const MARK = "DICM";
const MARK_AT = 128;
const NAME_AT = 30; // of a file in a zip
const LOOKED_AT = 4096;
const NAMES = /\.(dcm|dicom|ima)$|(^|\/)(DICOMDIR|DICOM\/|IM\d{3,})/i;

/** Whether a file is a DICOM object, whatever its name. */
export async function isDicom(file: Blob): Promise<boolean> {
  const mark = await file
    .slice(MARK_AT, MARK_AT + MARK.length)
    .text()
    .catch(() => "");
  return mark === MARK;
}

/** Whether a file is a DICOM object, or a zip that begins with one. */
export async function isImages(file: Blob, name: string): Promise<boolean> {
  if (await isDicom(file)) return true;
  const head = await file
    .slice(0, LOOKED_AT)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0));
  return NAMES.test(firstInside(head)) || (isZip(head) && /dicom/i.test(name));
}

function isZip(head: ArrayBuffer): boolean {
  return head.byteLength > NAME_AT && new DataView(head).getUint32(0, true) === 0x04034b50;
}

/** The name of the first file in a zip; empty where it is none. PKWARE APPNOTE, 4.3.7. */
function firstInside(head: ArrayBuffer): string {
  if (!isZip(head)) return "";
  const size = Math.min(new DataView(head).getUint16(26, true), head.byteLength - NAME_AT);
  return new TextDecoder().decode(new Uint8Array(head, NAME_AT, size));
}
