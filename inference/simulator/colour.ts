import sharp from "sharp";

/** One word for the mean colour of a picture's pixels. */
export async function nameColour(bytes: Buffer): Promise<string> {
  const { channels } = await sharp(bytes).toColourspace("srgb").removeAlpha().stats();
  const [red = 0, green = red, blue = red] = channels.map((channel) => channel.mean);
  return toName(red, green, blue);
}

/** Names a colour by hue, but for what is too dark, too bright or too pale to have one. Channels are 0–255. */
export function toName(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (most < 40) return "Black";
  if (spread < 30) return most > 215 ? "White" : "Grey";
  const hue = toHue(red, green, blue, most, spread);
  if (hue < 45 && most < 150) return hue < 15 ? "Red" : "Brown";
  const names: readonly (readonly [below: number, name: string])[] = [
    [15, "Red"],
    [45, "Orange"],
    [70, "Yellow"],
    [165, "Green"],
    [195, "Cyan"],
    [255, "Blue"],
    [290, "Purple"],
    [345, "Pink"],
  ];
  return names.find(([below]) => hue < below)?.[1] ?? "Red";
}

function toHue(red: number, green: number, blue: number, most: number, spread: number): number {
  if (most === red) return (((green - blue) / spread) * 60 + 360) % 360;
  if (most === green) return ((blue - red) / spread) * 60 + 120;
  return ((red - green) / spread) * 60 + 240;
}
