import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scan } from "./camera";
import { readTag } from "./tag";

type Values = Record<string, unknown>;

/** A phone's plugins, which answer like this. */
function plugins(answers: Record<string, (values: Values) => unknown>) {
  mockIPC((command, values) => answers[command.replace("plugin:", "")]?.(values as Values));
}

beforeEach(() => vi.stubGlobal("window", globalThis));
afterEach(() => {
  clearMocks();
  vi.unstubAllGlobals();
});

describe("the camera", () => {
  const allowed = () => ({ camera: "granted" });

  it("looks from behind the page, so that there is a way out", async () => {
    const asked: Values[] = [];
    plugins({
      "barcode-scanner|request_permissions": allowed,
      "barcode-scanner|scan": (values) => {
        asked.push(values);
        return { content: "meterkast://pair#code" };
      },
    });
    expect(await scan(new AbortController().signal, () => {})).toBe("meterkast://pair#code");
    expect(asked).toEqual([{ formats: ["QR_CODE"], windowed: true }]);
  });

  it("gives nothing and no problem when it is given up", async () => {
    const givenUp = new AbortController();
    let end: (why: unknown) => void = () => {};
    plugins({
      "barcode-scanner|request_permissions": allowed,
      "barcode-scanner|scan": () => new Promise((_, broken) => (end = broken)),
      "barcode-scanner|cancel": () => end({ message: "cancelled" }),
    });
    const scanned = scan(givenUp.signal, () => setTimeout(() => givenUp.abort()));
    expect(await scanned).toBeUndefined();
  });

  it("says what the phone said when it breaks", async () => {
    plugins({
      "barcode-scanner|request_permissions": allowed,
      "barcode-scanner|scan": () => Promise.reject({ message: "no camera" }),
    });
    const scanned = scan(new AbortController().signal, () => {});
    await expect(scanned).rejects.toMatchObject({ problem: { code: "scan-broke", why: "no camera" } });
  });

  it("is not opened without leave", async () => {
    plugins({ "barcode-scanner|request_permissions": () => ({ camera: "denied" }) });
    const scanned = scan(new AbortController().signal, () => {});
    await expect(scanned).rejects.toMatchObject({ problem: { code: "camera-not-allowed" } });
  });
});

describe("a tag", () => {
  const android = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv)";

  it("is read with Android's bytes as what they mean", async () => {
    vi.stubGlobal("navigator", { userAgent: android });
    const asked: unknown[] = [];
    plugins({
      "nfc|scan": ({ kind }) => {
        asked.push(kind);
        return { id: [4, -94], kind: ["android.nfc.tech.Ndef"], records: [{ kind: [85], payload: [0, -61, 127] }] };
      },
    });
    expect(await readTag("Hold it", new AbortController().signal)).toEqual([{ kind: [85], payload: [0, 195, 127] }]);
    expect(asked).toEqual([{ tag: {} }]);
  });

  it("need not come: the wait can be left", async () => {
    vi.stubGlobal("navigator", { userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)" });
    const givenUp = new AbortController();
    plugins({ "nfc|scan": () => new Promise(() => {}) });
    setTimeout(() => givenUp.abort());
    expect(await readTag("Hold it", givenUp.signal)).toBeUndefined();
  });
});
