// Where one is: a place in the address, so that back works and a reload stays.
export type Place =
  | { at: "home" }
  | { at: "add"; code: string }
  | { at: "meter"; id: string }
  | { at: "beside"; id: string }
  | { at: "request"; id: string }
  | { at: "sharing" }
  | { at: "consent"; id: string }
  | { at: "activity" }
  | { at: "settings" };

const state = $state<{ place: Place }>({ place: read() });
// A pairing code is a secret: it is handed on here, never in the address.
let handedOver = "";

function read(): Place {
  const [at, id = ""] = location.hash.replace(/^#\/?/, "").split("/");
  switch (at) {
    case "add":
      return { at, code: handedOver };
    case "meter":
    case "beside":
    case "request":
    case "consent":
      return id ? { at, id } : { at: "home" };
    case "sharing":
    case "activity":
    case "settings":
      return { at };
    default:
      return { at: "home" };
  }
}

addEventListener("hashchange", () => {
  state.place = read();
  scrollTo(0, 0);
});

export function place(): Place {
  return state.place;
}

export function go(to: Place): void {
  handedOver = to.at === "add" ? to.code : "";
  const hash = "id" in to ? `#/${to.at}/${to.id}` : `#/${to.at}`;
  if (location.hash === hash) state.place = read();
  else location.hash = hash;
}
