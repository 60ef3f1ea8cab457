// A picture that somebody chose, as the wallet looks for a code in it: small, and without colours.
import { Failure } from "./wallet";

/** Longer sides make looking slow and find nothing more. */
const longest = 1_400;

export type Brightness = { width: number; height: number; points: number[] };

/** The brightness of each point, line by line. */
export async function brightness(file: Blob): Promise<Brightness> {
  const picture = await opened(file);
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const paper = canvas.getContext("2d");
  if (!paper || !width || !height) throw new Failure({ code: "picture-unreadable" });
  // What is see-through would be black.
  paper.fillStyle = "white";
  paper.fillRect(0, 0, width, height);
  paper.drawImage(picture, 0, 0, width, height);
  picture.close();
  return { width, height, points: grey(paper.getImageData(0, 0, width, height).data) };
}

async function opened(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new Failure({ code: "picture-unreadable" });
  }
}

/** Red, green, blue and how solid it is, four bytes a point, as one number (ITU-R BT.601). */
export function grey(colours: Uint8ClampedArray): number[] {
  const points = new Array<number>(colours.length / 4);
  for (let i = 0; i < points.length; i += 1) {
    const [red = 0, green = 0, blue = 0] = colours.subarray(i * 4, i * 4 + 3);
    points[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  }
  return points;
}
