// A phone's camera as a scanner.
import { called } from "./phone";
import { Failure } from "./wallet";

type Allowed = { camera: string };

/** Whether the phone is going to ask whether that is allowed. */
export async function isAsked(): Promise<boolean> {
  const { camera } = await scanner<Allowed>("check_permissions");
  return camera !== "granted";
}

/** What the code says that the camera is held at; nothing once it is given up. `begun` when the camera's picture is there. */
export async function scan(givenUp: AbortSignal, begun: () => void): Promise<string | undefined> {
  const { camera } = await scanner<Allowed>("request_permissions");
  if (camera !== "granted") throw new Failure({ code: "camera-not-allowed" });
  if (givenUp.aborted) return;
  const cancel = () => void scanner("cancel").catch(() => {});
  givenUp.addEventListener("abort", cancel);
  begun();
  try {
    // Behind the page: above it there would be no way out.
    const { content } = await scanner<{ content: string }>("scan", { formats: ["QR_CODE"], windowed: true });
    return content;
  } catch (thrown) {
    // Whatever it calls being cancelled.
    if (givenUp.aborted) return;
    throw thrown;
  } finally {
    givenUp.removeEventListener("abort", cancel);
  }
}

function scanner<T>(command: string, values: Record<string, unknown> = {}): Promise<T> {
  return called(`barcode-scanner|${command}`, values, (why) => ({ code: "scan-broke", why }));
}
