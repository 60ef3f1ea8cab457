// A phone's camera as a scanner. It belongs to a plugin, which has no commands of ours.
import { invoke } from "@tauri-apps/api/core";
import { Failure } from "./wallet";

const plugin = "plugin:barcode-scanner|";

/** What the code says that the camera is held at. */
export async function scan(): Promise<string> {
  const { camera } = await called<{ camera: string }>("request_permissions");
  if (camera !== "granted") throw new Failure({ code: "camera-not-allowed" });
  const { content } = await called<{ content: string }>("scan", { formats: ["QR_CODE"] });
  return content;
}

async function called<T>(command: string, values?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(plugin + command, values);
  } catch (thrown) {
    throw new Failure({ code: "scan-broke", why: String(thrown) });
  }
}
