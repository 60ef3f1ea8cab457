import { describe, expect, it, vi } from "vitest";
import { modal } from "./modal";

function dialog(goesOn: boolean) {
  const shown = { showModal: vi.fn(), close: vi.fn() };
  const { oncancel, onclose } = modal(() => goesOn, shown.close);
  const escape = new Event("cancel", { cancelable: true });
  oncancel(escape);
  onclose({ currentTarget: shown as unknown as HTMLDialogElement } as Parameters<typeof onclose>[0]);
  return { ...shown, refused: escape.defaultPrevented };
}

describe("a dialog", () => {
  it("closes when somebody cancels", () => {
    const { refused, close, showModal } = dialog(false);
    expect(refused).toBe(false);
    expect(close).toHaveBeenCalledOnce();
    expect(showModal).not.toHaveBeenCalled();
  });
  it("stays while what was begun goes on", () => {
    const { refused, close, showModal } = dialog(true);
    expect(refused).toBe(true);
    expect(close).not.toHaveBeenCalled();
    expect(showModal).toHaveBeenCalledOnce();
  });
});
