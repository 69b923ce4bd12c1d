// The camera of this computer, while somebody scans: opened, looked through, and closed again.

/** Why there is nothing to see. */
export type Blind = 'none' | 'denied' | 'busy';

/** The longest side of what is looked at: enough for a code across a table, and little work. */
const SIDE_MAX = 800;

/** Whether there is a camera that a page may ask for. */
export async function hasCamera(): Promise<boolean> {
  // Not there where the page did not come safely, or the window can't see.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices?.getUserMedia) return false;
  try {
    const all = await devices.enumerateDevices();
    return all.some((one) => one.kind === 'videoinput');
  } catch {
    return false;
  }
}

/** Opens it; what is thrown is put into words by `blind`. */
export function openCamera(): Promise<MediaStream> {
  const video = { facingMode: 'environment', width: { ideal: 1280 } };
  return navigator.mediaDevices.getUserMedia({ audio: false, video });
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

export function blind(thrown: unknown): Blind {
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'none' : 'busy';
}

/** What the camera sees now; null as long as it sees nothing. */
export function look(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | null {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return null;
  const scale = Math.min(1, SIDE_MAX / Math.max(videoWidth, videoHeight));
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
