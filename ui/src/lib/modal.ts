// A dialog that stays while something goes on: whoever looks away has not taken back what was begun.

/** For the events of a `<dialog>`: it closes only while nothing goes on. */
export function modal(goesOn: () => boolean, close: () => void) {
  return {
    oncancel(event: Event) {
      if (goesOn()) event.preventDefault();
    },
    // Some browsers close at the second Esc without asking.
    onclose(event: Event & { currentTarget: HTMLDialogElement }) {
      if (goesOn()) event.currentTarget.showModal();
      else close();
    },
  };
}
