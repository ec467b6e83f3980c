/** Long side in pixels: under the gateway's limit of four megapixels, and small print stays legible. */
const LONG_SIDE = 1600;
/** The gateway takes 1 MiB. */
const MAX_BYTES = 1_000_000;
const QUALITIES = [0.85, 0.7, 0.5, 0.3];
/** A camera that was just opened is still setting its exposure. */
const EXPOSURE_MS = 700;

/** Shrinks a chosen photo to a JPEG data URL, upright and without its metadata. Rejects when it cannot be decoded. */
export async function fromFile(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    return await toJpeg(bitmap, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}

/** Takes one picture with the camera, as a JPEG data URL. Rejects with the browser's error. */
export async function fromCamera(camera: string): Promise<string> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: {
      ...(camera ? { deviceId: camera } : { facingMode: "environment" }),
      width: { ideal: 1280 },
      height: { ideal: 720 },
    },
  });
  try {
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    await video.play();
    await new Promise((resolve) => setTimeout(resolve, EXPOSURE_MS));
    return await toJpeg(video, video.videoWidth, video.videoHeight);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function toJpeg(source: CanvasImageSource, width: number, height: number): Promise<string> {
  const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  for (const quality of QUALITIES) {
    const url = canvas.toDataURL("image/jpeg", quality);
    if (url.length * 0.75 <= MAX_BYTES) return url;
  }
  throw new Error("photo too large");
}
