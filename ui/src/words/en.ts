import type { Fineness, Kind, PiNo, Problem, Standing } from "../bindings";
import type { Words } from "./nl";
import { costs, fileProblem, rowProblem } from "./prices/en";
import { choiceProblem, linkProblem, requestProblem } from "./requests/en";

const kinds: Record<Kind, string> = {
  electricity: "Electricity, in and out",
  "gas-water-heat": "Gas, water and heat",
  phases: "Power per phase",
};
const fineness: Record<Fineness, string> = {
  live: "Every reading",
  "quarter-hour": "Per quarter hour",
  day: "Per day",
};
const reveals: Record<Kind, Record<Fineness, string>> = {
  electricity: {
    live: "Also shows which appliances run, and whether someone is in right now.",
    "quarter-hour": "Also shows when you get up, leave, cook and sleep.",
    day: "Shows roughly how many people live here, and when you are away.",
  },
  "gas-water-heat": {
    live: "Also shows that someone is showering, cooking or has a tap open right now.",
    "quarter-hour": "Also shows when you heat, shower and cook, and when someone is at home.",
    day: "Shows roughly how warm you keep it, how many people live here, and when you are away.",
  },
  phases: {
    live: "Also shows which large appliances run right now, such as a stove or a car charger.",
    "quarter-hour": "Also shows when large appliances run, such as a stove, a heat pump or a car charger.",
    day: "Shows whether you have large appliances, such as a heat pump or a car charger.",
  },
};
const standing: Record<Standing, string> = {
  starting: "Starting",
  granted: "May read",
  sharing: "Sharing",
  "ends-soon": "Ends soon",
  paused: "Paused",
  stopping: "Stopping",
  stopped: "Stopped by you",
  "ran-out": "Time is over",
  "ended-by-service": "Ended by the service",
  "meter-removed": "Meter removed",
};

const piNo: Record<PiNo, string> = {
  unknown: "The Pi does not know this request. Update pi-daemon on the Pi.",
  busy: "The Pi still does what was asked before. Wait a moment and try again.",
  "no-network-manager":
    "Wi-Fi cannot be set up like this on this Pi: NetworkManager does not run on it. Set it up as its system describes, or use a network cable.",
  "no-adapter": "This Pi has no Wi-Fi. Use a network cable.",
  off: "Wi-Fi is switched off on the Pi. Type on the Pi: nmcli radio wifi on, and try again.",
  "not-heard": "The Pi does not hear this network. Put the router closer, or choose another network.",
  password: "The network does not take this password. Check it and type it again.",
  unsupported: "This network asks for more than a password. Choose another network.",
  "no-address": "The network let the Pi in and gave it no address. Look at your router, or start it again.",
  forbidden: "The Pi's system does not let pi-daemon set up Wi-Fi. The Debian package of pi-daemon sees to that.",
  address: "That cannot be the address of a node. It begins with http:// or https://.",
  "no-reading": "The meter has said nothing to the Pi lately. Check the cable.",
  failed: "The Pi could not do it. Try again.",
};

function problem(it: Problem): string {
  switch (it.code) {
    case "locked":
      return "The wallet is locked.";
    case "no-wallet":
      return "There is no wallet here yet.";
    case "wallet-exists":
      return "There is a wallet here already. Start My Home again.";
    case "in-use":
      return "Another program uses this wallet. Close that first.";
    case "directory":
      return "The wallet's folder cannot be used. Check that it is there and yours, and that the disk has room.";
    case "settings-damaged":
      return "The settings cannot be read. Put back a copy of the file that the details name and try again. Or put what is here aside, and restore with your 24 words.";
    case "keychain-away":
      return "The system's keychain does not answer. Unlock it and try again.";
    case "keychain-missing":
      return "The keychain holds no key for this wallet. Unlock the right keychain, or restore with your 24 words.";
    case "keychain-damaged":
      return "What the keychain holds is not a key. Restore with your 24 words.";
    case "keychain-guarded":
      return "The key lies under a passphrase.";
    case "wrong-passphrase":
      return "That passphrase is not right. Try again.";
    case "not-recognised":
      return "You were not recognised. Try again, or enter your passphrase.";
    case "recognition-off":
      return "Fingerprint or face is switched off under Settings. Enter your passphrase.";
    case "passphrase-too-short":
      return `The passphrase has ${it.found} characters. Take at least ${it.least}.`;
    case "word-count":
      return `There are ${it.found} words instead of 24.`;
    case "word-unknown":
      return (
        `Word ${it.position}, “${it.word}”, is not in the list.` +
        (it.suggestion ? ` Did you mean “${it.suggestion}”?` : "")
      );
    case "words-do-not-belong":
      return "All words exist, but they do not belong together: one is another word of the list, or two are swapped.";
    case "nothing-to-restore":
      return `The words are right, but no wallet of them is found on the network ${it.network}. Choose another node, or begin a new wallet.`;
    case "database-newer":
      return "The data were written by a newer My Home. Update this program.";
    case "database-of-other":
      return "The data in the wallet's folder belong to another wallet. Put them aside, and yours are made anew from what the node knows.";
    case "database-damaged":
      return "The data are damaged. Put them aside, and they are made anew from what the node knows.";
    case "disk-full":
      return "The disk is full. Nothing was done. Make room and try again.";
    case "node-away":
      return "The node cannot be reached. What you decided is kept and goes out later by itself.";
    case "node-refuses":
      return "The node refuses this. Try again, or choose another node under Settings.";
    case "node-address":
      return "That is not the address of a node. It begins with http:// or https://.";
    case "no-node":
      return "No node is chosen yet. You can do that under Settings.";
    case "other-network":
      return `This wallet lives on the network “${it.ours}”, and this node serves “${it.theirs}”.`;
    case "code-empty":
      return "There is no code. Scan the one that the Pi shows, or type it.";
    case "code-other-scheme":
      return `An address that begins with ${it.found}:// is not a pairing code.`;
    case "code-other-link":
      return `This link is for “${it.found}”, not for adding a meter.`;
    case "code-cut-off":
      return "The code is not whole. Copy all of it, the part after # too.";
    case "code-character":
      return `Character ${it.position} of the code, “${it.found}”, does not occur in a code.`;
    case "code-length":
      return `Without dashes this code has ${it.found} characters instead of ${it.expected}. Compare it group by group.`;
    case "code-typo":
      return "There is a typing error in the code: two characters swapped, or one taken for another.";
    case "code-version":
      return "This code is of another version. Update My Home.";
    case "pi-does-not-answer":
      return "The Pi does not answer. Pull its plug and put it back: once it has started it listens for 2 minutes. Try again then.";
    case "pi-known":
      return "This meter is on Home already.";
    case "pi-busy":
      return `Another wallet is pairing with the Pi. Try again in ${it.seconds} s.`;
    case "pi-has-owner":
      return "The Pi has an owner already. They can remove it in their My Home. Or type on the Pi: pi-daemon unpair.";
    case "pi-locked":
      return `Too many failed attempts. The Pi is locked for another ${it.seconds} s.`;
    case "pi-version":
      return "My Home and the Pi speak different versions. Update one of them.";
    case "pi-too-slow":
      return "Pairing took too long. Start again.";
    case "pi-denied":
      return "The Pi refused. Check that the code belongs to this Pi.";
    case "pi-not-authentic":
      return "The answer does not come from the Pi of this code, or was changed on its way.";
    case "pi-other":
      return "Another Pi answers with the secret of this code. Do not go on, and make a new code on your Pi.";
    case "bluetooth-absent":
      return "There is no Bluetooth here.";
    case "bluetooth-not-allowed":
      return "My Home may not use Bluetooth. Allow it in the settings of your device.";
    case "bluetooth-off":
      return "Bluetooth is switched off. Switch it on and look again.";
    case "bluetooth-unusable":
      return "Bluetooth does not work here.";
    case "which-adapter":
      return "This computer has more than one Bluetooth adapter. Choose one.";
    case "nobody-nearby":
      return "No Pi that waits to be paired was found nearby.";
    case "only-others-nearby":
      return `The Pi of this code, ${it.serial}, was not found nearby. Another one was.`;
    case "several-nearby":
      return "There are several nearby. Choose above which one this code belongs to.";
    case "not-nearby-any-more":
      return "The Pi that you chose is not nearby any more. Stand closer to it, or choose another.";
    case "pi-not-listening":
      return "The Pi has stopped listening. Pull its plug and put it back: once it has started it listens for 2 minutes. Or type on the Pi: pi-daemon pair.";
    case "pi-talks-to-another":
      return "Another phone or computer is talking to the Pi now. Wait a moment and try again.";
    case "pi-silent-to-code":
      return "The Pi does not answer to this code. Compare it with the one on the Pi.";
    case "bluetooth-broke":
      return "The Bluetooth connection broke. Stand closer to the Pi.";
    case "bluetooth-broke-last":
      return "The connection with the Pi ended at the last step. Pull its plug and put it back, and pair once more: once it has started it listens for 2 minutes. Or type on the Pi: pi-daemon pair.";
    case "pi-not-beside":
      return "Your Pi was not found here. Stand close to it, pull its plug and put it back, and look again within 2 minutes. Or type on the Pi: pi-daemon near.";
    case "pi-mute":
      return "The Pi did not answer in time. Stay close to it and try again.";
    case "pi-refuses":
      return piNo[it.no];
    case "no-code-in-picture":
      return "There is no QR code to be found in this picture. Take one from closer by, straight and sharp.";
    case "picture-unreadable":
      return "This file is no picture that can be read. Take a PNG or a JPEG.";
    case "camera-not-allowed":
      return "My Home may not use the camera. Allow it in the settings of your phone, or type the code.";
    case "scan-broke":
      return "Scanning did not work. Try again, or type the code.";
    case "no-code-on-tag":
      return "There is no code of a Pi on this tag. Hold your phone against the sticker on the Pi.";
    case "tag-unreadable":
      return "The tag could not be read. Hold your phone still against it, or type the code.";
    case "no-meter":
      return "There is no meter yet. Add the Pi in your meter cupboard first.";
    case "given-up":
      return "You cancelled. Nothing was changed.";
    case "link-unknown":
      return "My Home does not know this link. Nothing was opened.";
    case "link":
      return linkProblem(it.wrong);
    case "request":
      return requestProblem(it.wrong);
    case "choice":
      return choiceProblem(it.wrong, (lane) => `${kinds[lane.kind]}, ${fineness[lane.fineness].toLowerCase()}`);
    case "request-missing":
      return "There is no request under this link. It may have expired. Ask the service for a new one.";
    case "request-used":
      return "This request was answered already, and a link works once. Ask the service for a new one.";
    case "answer-kept":
      return "You answered this request already. Your answer is kept on this device and goes out when the node answers.";
    case "answer-out":
      return "Your answer has gone out, or is on its way, so it cannot be taken back any more. What you share you can stop under Sharing.";
    case "wrong-state":
      return "That cannot be done any more: something changed in the meantime.";
    case "not-found":
      return "This cannot be found here.";
    case "price-file":
      return fileProblem(it.wrong, it.found);
    case "price-row":
      return rowProblem(it.row, it.wrong, it.found);
    case "prices-damaged":
      return "The hourly prices cannot be read any more. Choose the file again.";
    case "nothing-measured":
      return "Nothing was measured here in this time, so nothing was saved.";
    case "export":
      return "Saving did not work. Check that the disk has room and that the folder is yours.";
    case "journal-broken":
      return "Something in your record does not fit. Try again; if it stays, restore with your 24 words on another device.";
    case "fault":
      return "Something went wrong. Try again; if it stays, start My Home again.";
  }
}

export const en: Words = {
  tag: "en-GB",
  appName: "My Home",
  nav: {
    label: "Main menu",
    home: "Home",
    sharing: "Sharing",
    activity: "Activity",
    settings: "Settings",
    requests: (n) => (n === 1 ? "1 request" : `${n} requests`),
    skip: "Skip to content",
  },
  kinds,
  fineness,
  reveals,
  standing,
  problem,
  and: "and",
  back: "Back",
  close: "Close",
  cancel: "Cancel",
  next: "Continue",
  previous: "Previous",
  done: "Done",
  again: "Try again",
  copy: "Copy",
  copied: "Copied",
  loading: "Loading…",
  empty: "There is nothing here yet.",
  tooShort: (found, least) =>
    `This has ${found === 1 ? "1 character" : `${found} characters`}. There have to be at least ${least}.`,
  details: "Technical details",
  putAside: {
    button: "Put them aside and begin anew",
    done: (name) => `They now lie in the wallet's folder as ${name}. Open My Home again with your passphrase.`,
    wallet: "Put the wallet aside and restore it",
    walletDone: (end) =>
      `What was here now lies in the same folder, under names that end in ${end}. Go on, and choose “I have 24 words”.`,
  },
  slow: "This takes longer than usual.",
  stopped: "You stopped waiting. Try again when it suits you.",
  upToDate: (time) => `Up to date, ${time}`,
  connecting: "Connecting…",
  offline: "Not connected",
  offlineSince: (time) => `Not connected since ${time}`,
  now: "now",
  secondsAgo: (n) => `${n} s ago`,
  minutesAgo: (n) => `${n} min ago`,
  lastSeen: (when) => `Last seen ${when}`,
  notSeen: "Not seen yet",
  today: "today",
  until: (moment) => `until ${moment}`,
  upToAndIncluding: (day) => `up to and including ${day}`,
  yesterday: "yesterday",
  start: {
    title: "See your meter. Decide who else may.",
    lead: "Your data stay yours. Services ask, you choose, and you can stop at any time.",
    fresh: "New wallet",
    restore: "I have 24 words",
    failed: "My Home cannot begin",
    wordsTitle: "Write down these 24 words",
    wordsLead:
      "With these words you get everything back if this device is lost or broken. Whoever has them has your wallet: keep them on paper, not in a photo.",
    wordsWritten: "I have written them down",
    checkTitle: "Just to be sure",
    checkLead: "Fill in three of your words.",
    word: (n) => `Word ${n}`,
    checkWrong: (n) => `Word ${n} is different. Look at your paper again.`,
    restoreTitle: "Type your 24 words",
    restoreLead: "In the right order, with spaces between them. Pasting is fine.",
    restoreLabel: "Your 24 words",
    counted: (n) => `${n} of 24 words`,
    guardTitle: "Lock it",
    guardKeychain: "Your key goes to this device's keychain, under a passphrase that only you know.",
    guardFile:
      "This device has no keychain that answers. So your key goes into an encrypted file on this disk. The passphrase is its only protection then: take a long one.",
    passphrase: "Passphrase",
    passphraseAgain: "The same again",
    passphraseHint: "At least 8 characters. You need it to open My Home and to say yes.",
    passphrasesDiffer: "The two passphrases differ.",
    advanced: "Advanced",
    node: "Node",
    nodeHint:
      "Where My Home fetches and leaves its messages. Whoever set up your Pi knows the address. It may stay empty: choose it later, under Settings.",
    create: "Make my wallet",
    creating: "Your wallet is being made…",
    bring: "Bring my wallet back",
    bringing: (read, of) => (of ? `${read} of ${of} events read…` : "Looking for your wallet…"),
  },
  unlock: {
    title: "My Home is locked",
    lead: "Enter your passphrase.",
    open: "Open",
    opening: "Opening…",
    waitingLink: "A link is waiting. You will see it once you have opened My Home.",
    lock: "Lock",
  },
  prove: {
    title: "Is it you?",
    lead: "Enter your passphrase to go on.",
    confirm: "Confirm",
    recognise: "Fingerprint or face",
  },
  home: {
    title: "Home",
    addMeter: "Add a meter",
    empty: "No meter yet. Add the Pi in your meter cupboard.",
    asks: (service, what) => `${service} asks to see your ${what}`,
    purpose: (text) => `To ${text.replace(/\.$/, "")}.`,
    things: { electricity: "electricity", "gas-water-heat": "gas, water and heat", phases: "power per phase" },
    nothingShared: (time) => `Nothing is shared yet. You can answer until ${time}.`,
    read: "Read the request",
    keptYes: (service) => `Your yes to ${service} waits for the node`,
    keptLook: "Look at it",
    using: "Using now",
    feeding: "Feeding in now",
    balanced: "Nothing in or out",
    before: (watts) => (watts < 0 ? "You fed in" : watts > 0 ? "You used" : "Nothing in or out"),
    mean: (when) => `${when}, mean of a quarter hour`,
    waitingLive: "The first reading is on its way",
    feedIn: "feeding in",
    use: "using",
    usedToday: "Used today",
    fedToday: "Fed in today",
    gasToday: "Gas today",
    waterToday: "Water today",
    heatToday: "Heat today",
    noneYet: "nothing yet",
    whoSees: "Who can see this",
    nobody: "Nobody",
    services: (n) => (n === 1 ? "1 service" : `${n} services`),
    away: (since) =>
      `The Pi has been out of reach since ${since}. Check its power and internet. It keeps its readings.`,
    awayNever: "Nothing has been heard from the Pi yet. Check its power and internet.",
    missing: (since) =>
      `Something that the Pi said has not arrived since ${since}, and what it said later waits for it. The node holds it back: choose another one under Settings.`,
    beside: "Are you beside it? Help it onto your Wi-Fi.",
    details: "Look at the meter",
    paste: "Paste a link",
    pasteLabel: "Link from a service",
    pasteHint: "Begins with meterkast://",
    openLink: "Open the link",
    opening: "The request is being fetched…",
    another: "Another request came in. It is on Home.",
    codeKept: "The code of a meter came in. It is filled in when you add a meter.",
    scale: (kw) => `Scale ${kw}`,
    askNotices:
      "My Home can let you know when a service asks for something or nothing is heard from a meter. Your phone then asks whether it may.",
    tellMe: "Let me know",
    tellNothing: "No notifications",
  },
  pair: {
    title: "Add a meter",
    lead: "Stand near the Pi in your meter cupboard. There is a code on the Pi: scan it, or type it here.",
    how: "No code? Type on the Pi: pi-daemon setup. It does not listen? Pull its plug and put it back: then it listens for 2 minutes.",
    code: "Code of the Pi",
    name: "What do you call this meter?",
    namePlaceholder: "For example 14 Linden Lane",
    go: "Connect",
    codeHint: "33 characters, with or without dashes; or the whole link of the code.",
    nearby: {
      title: "Nearby",
      why: "With Bluetooth, My Home finds the Pi near you. Your device may ask whether that is allowed.",
      whyLocation: "An older phone asks for your location instead. My Home never looks at where you are.",
      start: "Look nearby",
      looking: "Looking around…",
      nobody: "No Pi found yet. It goes on looking.",
      found: (n) => (n === 1 ? "1 found" : `${n} found, the nearest first`),
      choose: "Which one does your code belong to?",
      nearness: { close: "Very close", near: "Close", far: "Further away", unknown: "Distance unknown" },
      again: "Look again",
      without: "You can add it like this too: type or scan the code, and it goes over the network.",
      adapter: "Bluetooth adapter",
      missing: "I do not see my Pi",
      hints: [
        "Is it plugged in? It is ready after a minute.",
        "Let it listen: pull its plug and put it back, or type pi-daemon pair on the Pi. That lasts 2 minutes.",
        "Come closer. A metal door holds much back.",
        "Has somebody else added it already? They have to remove it first.",
        "It works without, too: type the code, and it goes over the network.",
      ],
      onlyNow: "Bluetooth is needed only now. After that your meter works wherever you are.",
    },
    steps: {
      looking: "Looking for the Pi nearby",
      skipped: "Not by Bluetooth",
      calling: "The Pi is being called",
      recognised: "The Pi is recognised",
      accepted: "You are its owner now",
      added: "Added",
    },
    foundOne: (name) => `${name} was found.`,
    overNetwork: "It goes over the network now. That can take a few minutes.",
    stop: "Cancel",
    added: "Your meter is added. Nobody else can read it yet.",
    cutOff:
      "Your meter is added, but the Pi does not reach its node yet. Stay beside it: put it on your Wi-Fi, or give it another address.",
    toHome: "To Home",
    drawing: "A Raspberry Pi in a meter cupboard, a cable to the smart meter, and a computer that reads its code.",
  },
  beside: {
    open: "Wi-Fi and node of the Pi",
    title: "Beside the Pi",
    lead: "Stand beside the Pi. By Bluetooth you put it on your Wi-Fi, or give it the address of a node.",
    how: "It listens to you for two minutes, after you pulled its plug and put it back, or after you typed pi-daemon near on the Pi.",
    looking: "Looking for the Pi. That can take half a minute…",
    without: "Use a device with Bluetooth, or connect the Pi with a network cable.",
    node: {
      title: "Node",
      reached: (address) => `The Pi reaches its node, ${address}.`,
      away: (address) =>
        `The Pi does not reach its node, ${address}. Put it on your Wi-Fi, or give it another address.`,
      other: "Another node",
      ours: "This is the node of My Home. The Pi can use another one, if it belongs to the same network.",
      hint: "Such as http://192.168.1.20:14265. It has to be an address that the Pi itself can reach.",
      use: "Use this node",
      trying: "The Pi tries that node…",
    },
    wifi: {
      title: "Wi-Fi",
      again: "Listen again",
      listening: "The Pi is looking for networks…",
      none: "The Pi hears no network. Put the router closer, and listen again.",
      choose: "On which network?",
      here: "Here",
      takes: {
        nothing: "Open, without a password",
        password: "With a password",
        more: "Asks for more than a password: that cannot be done here",
      },
      password: (name) => `Password of ${name}`,
      kept: "It goes to the Pi encrypted. My Home does not keep it.",
      show: "Show the password",
      open: "Whoever is near can be on this network too. What the Pi sends is always encrypted.",
      join: "Put the Pi on this network",
      joining: (name) => `The Pi joins ${name}…`,
      patience: "That can take a minute and a half. Stay beside it.",
      joined: (name) => `The Pi is on ${name}, and stays with it.`,
    },
  },
  scan: {
    camera: "Scan the code",
    tag: "Tap the tag",
    tagNow: "Hold your phone against the sticker on the Pi…",
    picture: "Picture of a QR code",
    looking: "The code is being read…",
    why: "My Home scans the QR code of the Pi or of a request with the camera. Pictures are not kept. Your phone may ask whether that is allowed.",
    allow: "Use the camera",
    aim: "Hold the camera at the code",
  },
  request: {
    kicker: "Request to see your data",
    later: "Decide later",
    what: "What they see",
    needed: "Needed",
    optional: "Optional",
    neededHint: "The service does not work without it.",
    how: "How detailed",
    howLead: "You choose.",
    ofYesterday: "The pictures are of yesterday.",
    asked: "Asked for",
    notAsked: "Not asked for",
    lost: "This will not work:",
    long: "How long",
    month: "1 month",
    months: "3 months",
    year: "1 year",
    days: (n) => (n === 1 ? "1 day" : `${n} days`),
    fromUntil: (from, until) => `From ${from} ${until}. Then it ends by itself.`,
    askedFor: (until) => `They asked ${until}.`,
    past: (days) => `The past ${days} days too`,
    previewTitle: "What they would have seen yesterday",
    previewExample: "What they would see",
    previewExact: "Exactly what is drawn and named here, and nothing more.",
    example: "Example, not your home",
    exampleTag: "Example",
    exampleWhy: {
      "no-meter": "There is no meter here yet.",
      "not-measured": "Not enough was measured here yesterday.",
      "not-kept": "My Home hears every reading only while you look, so it has no whole day of them.",
    },
    nothingMeasured: "Nothing of this was measured here yesterday, so they would have seen nothing.",
    highest: "highest current",
    besides: {
      electricity: {
        live: "Not drawn, and in it too: the registers by tariff, and a second electricity meter if you have one.",
        sums: "Not drawn, and in it too: the part of each tariff, and a second electricity meter if you have one.",
      },
      "gas-water-heat": {
        live: "Not drawn, and in it too: the registers themselves, and cold if you have it.",
        sums: "Not drawn, and in it too: cold, if you have it.",
      },
      phases: {
        live: "Not drawn, and in it too: voltage and current of each phase, and dips and failures of the supply.",
        sums: "Not drawn, and in it too: the lowest, mean and highest voltage of each phase, and dips and failures of the supply.",
      },
    },
    nothingChosen: "Like this you share nothing yet.",
    after: "What happens to your data",
    nobodyElse: "Nobody else gets it.",
    recipients: "These get it too:",
    inEurope: "It stays in Europe (EEA).",
    transfers: (countries) => `It also goes to: ${countries}.`,
    rights: "You can see, correct, take along or erase your data at any time.",
    noAutomated: "No decisions about you are made by a computer alone.",
    automated: "This is decided by a computer alone:",
    questions: "Questions:",
    notice: "Read the privacy notice",
    complaints: "Complaints go to:",
    without: "If you say no:",
    stopAnyTime: "You can stop at any time, under Sharing. What they already have, you can ask them to erase.",
    wouldShare: (what, until, past) =>
      `You would share: ${what}, ${until}${past ? `, and the past ${past} days` : ""}.`,
    answerBy: (time) => `You can answer until ${time}.`,
    no: "No, do not share",
    yes: "Yes, share this",
    hint: "A no needs no reason. A yes asks for your passphrase.",
    which: "Of which meter",
    saidNo: "You said no. Nothing was shared.",
    saidYes: (service) => `${service} may see your data. You can stop at any time, under Sharing.`,
    yesKept: "Your yes is kept on this device and goes out when the node answers. Until then nothing is shared.",
    noKept: "You said no. Nothing was shared. The service hears it when the node answers.",
    onItsWay:
      "It may be on its way, so it cannot be taken back any more. When the node answers, you can stop it under Sharing.",
    takeBack: "Take it back",
    takenBack: "Taken back. Nothing was shared.",
    saying: "Your yes is being written down…",
    toSharing: "To Sharing",
    toReceipt: "Show the receipt",
    backTo: (site) => `Back to ${site}`,
    backHint: "That page opens on this device. Did you come from another screen? Look there.",
    table: "As a table",
    chart: "As a chart",
  },
  sharing: {
    title: "Sharing",
    nowTab: (n) => `Now, ${n}`,
    endedTab: (n) => `Ended, ${n}`,
    emptyNow: "You share nothing with anybody. A service asks first, with a link or a QR code.",
    emptyEnded: "Nothing has ended yet.",
    what: "What",
    until: "How long",
    since: "Since",
    ended: "Ended",
    past: "The past",
    pastDays: (n) => `The ${n} days before it too`,
    lastSent: "Last sent",
    heard: "Pi last heard",
    nothingSent: "Nothing yet",
    erasedTag: "Erased, they say",
    details: "Details",
    pause: "Pause",
    resume: "Resume",
    stop: "Stop",
    stopQuestion: (service) => `Stop sharing with ${service}?`,
    stopMeans:
      "The Pi changes the keys. The service cannot open what is measured after that. Stopping is for good; the service can ask again.",
    stopConfirm: "Yes, stop",
    keep: "Do not stop",
    carries: "You can close this. It carries on by itself and ends up in Activity.",
    told: "Sent to the Pi and the service",
    toldWaits:
      "The node cannot be reached, so stopping waits. Until then the service may still read along. Switch the Pi off to stop right now.",
    keys: "Keys changed",
    keysWait: "Waiting for the Pi. Until then the service may still read along. Switch the Pi off to stop right now.",
    lastReadable: (time) => `Last reading they can open: ${time}`,
    nothingAfter: "Nothing after it.",
    neverRead: "They could never open anything",
    confirmed: (service) => `${service} confirms`,
    confirmWaits: "This can take a while. It stops without their answer too.",
    have: "What they already have",
    haveNothing: "Nothing. It ended before there was anything to open.",
    haveSince: (what, since, past) => `${what}, since ${since}${past ? `, and the ${past} days before` : ""}.`,
    erase: "Ask them to erase it",
    eraseAsked: (when) => `You asked them to erase on ${when}. The law gives them a month.`,
    eraseWaits: (when) =>
      `You asked them to erase on ${when}. The node cannot be reached; they hear it when it answers.`,
    erasedAt: (when, n) => `All erased, they say: ${n} readings, ${when}.`,
    forked:
      "This service and the Pi were shown different messages. Look under Activity, and do not trust this service.",
    missing: (since) =>
      `A message about this has not arrived since ${since}, and what was said later waits for it. The node holds it back: choose another one under Settings.`,
    receipt: "Your receipt",
    receiptHint: "Signed when you said yes. The service has it too.",
    said: {
      who: "Who",
      why: "What for",
      what: "What, and how detailed",
      from: "From",
      kept: "Kept",
      keptUntil: (until) => `That is ${until} at most.`,
      others: "Who else gets it",
      rights: "Your rights",
      yes: "You said yes",
      shownIn: { en: "You read the request in English.", nl: "You read the request in Dutch." },
      number: "Number of the receipt",
      file: "The receipt as it was signed, for a program or for whoever has to check it. In the folder My Home among your documents.",
    },
    log: "What happened",
    who: "Who this is",
    site: (site, checked) =>
      checked
        ? `${site}; the site confirmed its request`
        : `${site}; nobody confirmed that its request came from there`,
    complaint: {
      title: "File a complaint",
      lead: "A letter with everything that is known here. Only your complaint itself is left to write. It goes nowhere by itself.",
      make: "Prepare a letter",
      language: "Language of the letter",
      letter: "The letter",
      save: "Save as a file",
      saved: (folder) => `Saved in ${folder}`,
      notCopied: "Copying did not work. Select the letter and copy it yourself.",
      page: "Page of the authority",
    },
    next: "Next step",
    paused: "You paused it. The service reads nothing new until you resume.",
    pauseStarts: "You paused it. Waiting for the Pi. Until then the service may still read along.",
    pauseWaits: "The node cannot be reached, so your pause waits. Until then the service may still read along.",
    resumeWaits: "The node cannot be reached, so resuming waits.",
    meter: "Meter",
  },
  activity: {
    title: "Activity",
    all: "Everything",
    sharing: "Sharing",
    meters: "Meters",
    failed: "Did not work",
    check: "Check",
    checking: "Checking…",
    whole: (time, n) => `Checked at ${time}. Nothing is missing and nothing was changed (${n} entries).`,
    notOnNode: (time) =>
      `Checked at ${time}: everything fits on this device. The node did not answer, so it was not compared.`,
    differs: (here, there) =>
      `There are ${here} entries here and ${there} on the node. Try again in a moment; if it stays, choose another node.`,
    export: "Save",
    exporting: "Saving…",
    exported: (folder, n) => `${n} files saved in ${folder}`,
    empty: "Nothing has happened yet.",
    emptyFilter: "There is nothing of this kind.",
    more: (n) => `Show ${n} more`,
  },
  meter: {
    title: "Meter",
    periods: { live: "Live", day: "Day", week: "Week", month: "Month", year: "Year" },
    period: "Period",
    electricity: "Electricity",
    gas: "Gas",
    water: "Water",
    heat: "Heat",
    fromGrid: "From the grid",
    toGrid: "To the grid",
    standby: "Always on",
    peak: "Highest quarter hour",
    at: (time) => `at ${time}`,
    phases: "Phases now",
    phasesMean:
      "Electricity enters your home over one or three wires: the phases. This is how its use is spread over them.",
    phase: (n) => `Phase ${n}`,
    phasePeaks: "Phases",
    peaksMean: "Drawn is the highest current of each quarter hour, day or month.",
    atMost: (current) => `${current} at most`,
    table: "Table",
    chart: "Chart",
    time: "Time",
    emptyLive: "The Pi is asked for every reading. The first one comes within a minute.",
    empty: "Nothing was measured here in this time. Readings arrive from the moment you added the meter.",
    gap: "not measured",
    notFollowed: "not followed",
    rename: "Rename",
    remove: "Remove this meter",
    removeMeans: "Everything you share of this meter ends, and the Pi erases itself.",
    save: "Save name",
    earlier: "Earlier",
    later: "Later",
    sum: (amount) => `In total ${amount}.`,
    partly: "Partly measured",
    file: {
      title: "Save this period",
      hint: "In the folder My Home among your documents. Only you can open it.",
      form: "As",
      forms: {
        png: "Picture (PNG)",
        svg: "Picture (SVG)",
        csv: "Table (CSV)",
        parquet: "Table (Parquet)",
        "green-button": "Green Button (XML)",
      },
      go: "Save file",
      saving: "Saving…",
      saved: (folder, n) => (n === 1 ? `Saved in ${folder}` : `${n} files saved in ${folder}`),
    },
    costs,
    replaced: "Meter replaced",
    lately: (from, to) => `From ${from} to ${to}`,
    changes: {
      title: "This meter",
      replaced:
        "Did the grid operator replace the meter? Then there is nothing to do: the Pi notices, and the chart says where.",
      moved: "Moving house? If you take the Pi along, rename the meter. If the Pi stays behind, remove the meter here.",
    },
  },
  settings: {
    title: "Settings",
    language: "Language",
    looks: "Appearance",
    system: "As the system",
    light: "Light",
    dark: "Dark",
    lockAfter: "Lock after",
    minutes: (n) => (n === 1 ? "1 minute" : `${n} minutes`),
    notices: "Notifications",
    noticesHint: "While My Home is open and unlocked. Each comes once.",
    noticesRefused:
      "Your phone shows no notifications from My Home. You can allow them in the phone's settings, under My Home.",
    notice: {
      request: "A service asks for something",
      ending: "Something you share is about to end",
      service: "A service does not answer",
      meter: "Nothing is heard from a meter",
    },
    node: "Node",
    nodeSeveral:
      "Several addresses may stand here, with commas between them: if one does not answer, the next is asked.",
    nodeHint: "After this the wallet is locked, and opens with the new node.",
    nodeSave: "Use this node",
    recognition: "Fingerprint or face",
    recognise: "Instead of your passphrase, while My Home is open",
    recogniseHint:
      "Before you say yes, see your words or remove a meter. Whoever set up a finger or face on this phone can do so too. Opening always takes your passphrase.",
    words: "Your 24 words",
    wordsHint: "Make sure nobody is watching.",
    wordsShow: "Show my words",
    wordsHide: "Hide",
    guard: "Where your key lies",
    keychain: "In this device's keychain, under your passphrase.",
    file: "In an encrypted file on this disk, under your passphrase.",
    about: "About My Home",
    version: (v) => `Version ${v}`,
    licence:
      "My Home is free software under Apache 2.0. The typeface Inter is under the SIL Open Font License 1.1, the icons of Lucide under the ISC licence. The licences of all libraries that it is made of are in its Debian package.",
  },
};
