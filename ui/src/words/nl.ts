// Dutch, and the type of every catalogue: what is missing elsewhere does not compile.
import type { ExampleWhy, Fineness, Kind, Nearness, PiNo, Problem, Standing, Tongue, WifiTakes } from "../bindings";
import { costs, fileProblem, rowProblem } from "./prices/nl";
import { choiceProblem, linkProblem, requestProblem } from "./requests/nl";

const kinds: Record<Kind, string> = {
  electricity: "Stroom, heen en terug",
  "gas-water-heat": "Gas, water en warmte",
  phases: "Stroom per fase",
};
const fineness: Record<Fineness, string> = {
  live: "Elke meting",
  "quarter-hour": "Per kwartier",
  day: "Per dag",
};
const reveals: Record<Kind, Record<Fineness, string>> = {
  electricity: {
    live: "Laat ook zien welke apparaten aan staan, en of er nu iemand thuis is.",
    "quarter-hour": "Laat ook zien wanneer je opstaat, weggaat, kookt en slaapt.",
    day: "Laat ongeveer zien met hoeveel mensen je woont, en wanneer je weg bent.",
  },
  "gas-water-heat": {
    live: "Laat ook zien dat er nu iemand doucht, kookt of een kraan open heeft.",
    "quarter-hour": "Laat ook zien wanneer je stookt, doucht en kookt, en wanneer er iemand thuis is.",
    day: "Laat ongeveer zien hoe warm je het hebt, met hoeveel mensen je woont, en wanneer je weg bent.",
  },
  phases: {
    live: "Laat ook zien welke grote apparaten nu aan staan, zoals fornuis of laadpaal.",
    "quarter-hour": "Laat ook zien wanneer grote apparaten aan staan, zoals fornuis, warmtepomp of laadpaal.",
    day: "Laat zien of je grote apparaten hebt, zoals een warmtepomp of een laadpaal.",
  },
};
const standing: Record<Standing, string> = {
  starting: "Begint",
  granted: "Mag meekijken",
  sharing: "Kijkt mee",
  "ends-soon": "Eindigt bijna",
  paused: "Gepauzeerd",
  stopping: "Stopt",
  stopped: "Door jou gestopt",
  "ran-out": "Tijd is om",
  "ended-by-service": "Door de dienst beëindigd",
  "meter-removed": "Meter verwijderd",
};

const piNo: Record<PiNo, string> = {
  unknown: "De Pi kent deze vraag niet. Werk pi-daemon op de Pi bij.",
  busy: "De Pi is nog bezig met wat hiervoor gevraagd is. Wacht even en probeer het opnieuw.",
  "no-network-manager":
    "Op deze Pi kan wifi zo niet: er draait geen NetworkManager op. Stel het in zoals bij zijn systeem staat, of gebruik een netwerkkabel.",
  "no-adapter": "Deze Pi heeft geen wifi. Gebruik een netwerkkabel.",
  off: "Wifi staat uit op de Pi. Typ op de Pi: nmcli radio wifi on, en probeer het opnieuw.",
  "not-heard": "De Pi hoort dit netwerk niet. Zet de router dichterbij, of kies een ander netwerk.",
  password: "Het netwerk accepteert dit wachtwoord niet. Kijk het na en typ het opnieuw.",
  unsupported: "Dit netwerk vraagt meer dan een wachtwoord. Kies een ander netwerk.",
  "no-address": "Het netwerk liet de Pi toe en gaf hem geen adres. Kijk bij je router, of start hem opnieuw.",
  forbidden: "Het systeem van de Pi laat pi-daemon geen wifi instellen. Het Debian-pakket van pi-daemon regelt dat.",
  address: "Dat kan geen adres van een knooppunt zijn. Het begint met http:// of https://.",
  "no-reading": "De meter heeft de Pi de laatste tijd niets gezegd. Kijk of de kabel goed zit.",
  failed: "De Pi kon het niet doen. Probeer het opnieuw.",
};

function problem(it: Problem): string {
  switch (it.code) {
    case "locked":
      return "De wallet is vergrendeld.";
    case "no-wallet":
      return "Hier is nog geen wallet.";
    case "wallet-exists":
      return "Hier is al een wallet. Start My Home opnieuw.";
    case "in-use":
      return "Een ander programma gebruikt deze wallet. Sluit dat eerst.";
    case "directory":
      return "De map van de wallet is niet te gebruiken. Kijk of hij er is en van jou is, en of er ruimte op de schijf is.";
    case "settings-damaged":
      return "De instellingen zijn niet te lezen. Zet een kopie terug van het bestand dat bij de details staat en probeer het nog eens. Of zet opzij wat hier staat, en herstel met je 24 woorden.";
    case "keychain-away":
      return "De sleutelbos van het systeem antwoordt niet. Ontgrendel hem en probeer het opnieuw.";
    case "keychain-missing":
      return "De sleutelbos heeft geen sleutel voor deze wallet. Ontgrendel de goede sleutelbos, of herstel met je 24 woorden.";
    case "keychain-damaged":
      return "Wat in de sleutelbos staat is geen sleutel. Herstel met je 24 woorden.";
    case "keychain-guarded":
      return "De sleutel ligt onder een wachtwoordzin.";
    case "wrong-passphrase":
      return "Die wachtwoordzin klopt niet. Probeer het opnieuw.";
    case "not-recognised":
      return "Je bent niet herkend. Probeer het opnieuw, of vul je wachtwoordzin in.";
    case "recognition-off":
      return "Vingerafdruk of gezicht staat uit bij Instellingen. Vul je wachtwoordzin in.";
    case "passphrase-too-short":
      return `De wachtwoordzin heeft ${it.found} tekens. Neem er minstens ${it.least}.`;
    case "word-count":
      return `Het zijn ${it.found} woorden in plaats van 24.`;
    case "word-unknown":
      return (
        `Woord ${it.position}, “${it.word}”, staat niet in de lijst.` +
        (it.suggestion ? ` Bedoel je “${it.suggestion}”?` : "")
      );
    case "words-do-not-belong":
      return "Alle woorden bestaan, maar ze horen niet bij elkaar: een ervan is een ander woord uit de lijst, of twee zijn verwisseld.";
    case "nothing-to-restore":
      return `De woorden kloppen, maar op het netwerk ${it.network} is er geen wallet van te vinden. Kies een ander knooppunt, of begin een nieuwe wallet.`;
    case "database-newer":
      return "De gegevens zijn van een nieuwere versie van My Home. Werk dit programma bij.";
    case "database-of-other":
      return "De gegevens in de map van de wallet horen bij een andere wallet. Zet ze opzij, dan worden die van jou opnieuw gemaakt uit wat het knooppunt weet.";
    case "database-damaged":
      return "De gegevens zijn beschadigd. Zet ze opzij, dan worden ze opnieuw gemaakt uit wat het knooppunt weet.";
    case "disk-full":
      return "De schijf is vol. Er is niets gedaan. Maak ruimte en probeer het opnieuw.";
    case "node-away":
      return "Het knooppunt is niet bereikbaar. Wat je besloten hebt blijft bewaard en gaat later vanzelf.";
    case "node-refuses":
      return "Het knooppunt weigert dit. Probeer het opnieuw, of kies bij Instellingen een ander.";
    case "node-address":
      return "Dat is geen adres van een knooppunt. Het begint met http:// of https://.";
    case "no-node":
      return "Er is nog geen knooppunt gekozen. Dat kan bij Instellingen.";
    case "other-network":
      return `Deze wallet hoort bij het netwerk “${it.ours}”, en dit knooppunt bij “${it.theirs}”.`;
    case "code-empty":
      return "Er is geen code. Scan die van de Pi, of typ hem over.";
    case "code-other-scheme":
      return `Een adres dat met ${it.found}:// begint is geen koppelcode.`;
    case "code-other-link":
      return `Deze link is voor “${it.found}”, niet om een meter toe te voegen.`;
    case "code-cut-off":
      return "De code is niet heel. Kopieer de hele code, ook het stuk achter #.";
    case "code-character":
      return `Teken ${it.position} van de code, “${it.found}”, komt in geen code voor.`;
    case "code-length":
      return `Deze code heeft zonder streepjes ${it.found} tekens in plaats van ${it.expected}. Vergelijk groep voor groep.`;
    case "code-typo":
      return "Er zit een typefout in de code: twee tekens verwisseld, of een voor een ander aangezien.";
    case "code-version":
      return "Deze code is van een andere versie. Werk My Home bij.";
    case "pi-does-not-answer":
      return "De Pi antwoordt niet. Haal zijn stekker eruit en steek hem er weer in: als hij gestart is luistert hij 2 minuten. Probeer het dan opnieuw.";
    case "pi-known":
      return "Deze meter staat al op Thuis.";
    case "pi-busy":
      return `Een andere wallet koppelt nu met de Pi. Probeer het over ${it.seconds} s opnieuw.`;
    case "pi-has-owner":
      return "De Pi heeft al een eigenaar. Die kan hem verwijderen in zijn My Home. Of typ op de Pi: pi-daemon unpair.";
    case "pi-locked":
      return `Te vaak mislukt. De Pi is nog ${it.seconds} s op slot.`;
    case "pi-version":
      return "My Home en de Pi spreken een andere versie. Werk een van beide bij.";
    case "pi-too-slow":
      return "Het koppelen duurde te lang. Begin opnieuw.";
    case "pi-denied":
      return "De Pi weigerde. Kijk of de code bij deze Pi hoort.";
    case "pi-not-authentic":
      return "Het antwoord komt niet van de Pi van deze code, of is onderweg veranderd.";
    case "pi-other":
      return "Een andere Pi antwoordt met het geheim van deze code. Ga niet verder, en maak een nieuwe code op je Pi.";
    case "bluetooth-absent":
      return "Er is hier geen Bluetooth.";
    case "bluetooth-not-allowed":
      return "My Home mag Bluetooth niet gebruiken. Sta het toe bij de instellingen van je apparaat.";
    case "bluetooth-off":
      return "Bluetooth staat uit. Zet het aan en kijk opnieuw.";
    case "bluetooth-unusable":
      return "Bluetooth doet het hier niet.";
    case "which-adapter":
      return "Deze computer heeft meer dan één Bluetooth-adapter. Kies er een.";
    case "nobody-nearby":
      return "Er is geen Pi in de buurt gevonden die wacht om gekoppeld te worden.";
    case "only-others-nearby":
      return `De Pi van deze code, ${it.serial}, is niet in de buurt gevonden. Een andere wel.`;
    case "several-nearby":
      return "Er zijn er meer in de buurt. Kies hierboven bij welke deze code hoort.";
    case "not-nearby-any-more":
      return "De Pi die je koos is niet meer in de buurt. Ga er dichter bij staan, of kies een andere.";
    case "pi-not-listening":
      return "De Pi luistert niet meer. Haal zijn stekker eruit en steek hem er weer in: als hij gestart is luistert hij 2 minuten. Of typ op de Pi: pi-daemon pair.";
    case "pi-talks-to-another":
      return "Een andere telefoon of computer praat nu met de Pi. Wacht even en probeer het opnieuw.";
    case "pi-silent-to-code":
      return "De Pi antwoordt niet op deze code. Vergelijk hem met die op de Pi.";
    case "bluetooth-broke":
      return "De Bluetooth-verbinding is verbroken. Ga dichter bij de Pi staan.";
    case "bluetooth-broke-last":
      return "De verbinding met de Pi eindigde bij de laatste stap. Haal zijn stekker eruit en steek hem er weer in, en koppel nog een keer: als hij gestart is luistert hij 2 minuten. Of typ op de Pi: pi-daemon pair.";
    case "pi-not-beside":
      return "Je Pi is hier niet gevonden. Ga er dichtbij staan, trek zijn stekker eruit en doe hem er weer in, en zoek binnen 2 minuten opnieuw. Of typ op de Pi: pi-daemon near.";
    case "pi-mute":
      return "De Pi antwoordde niet op tijd. Blijf er dichtbij en probeer het opnieuw.";
    case "pi-refuses":
      return piNo[it.no];
    case "no-code-in-picture":
      return "In deze foto is geen QR-code te vinden. Neem er een van dichterbij, recht ervoor en scherp.";
    case "picture-unreadable":
      return "Dit bestand is geen foto die te lezen is. Neem een PNG of een JPEG.";
    case "camera-not-allowed":
      return "My Home mag de camera niet gebruiken. Sta het toe bij de instellingen van je telefoon, of typ de code.";
    case "scan-broke":
      return "Het scannen lukte niet. Probeer het opnieuw, of typ de code.";
    case "no-code-on-tag":
      return "Op deze tag staat geen code van een Pi. Houd je telefoon tegen de sticker op de Pi.";
    case "tag-unreadable":
      return "De tag was niet te lezen. Houd je telefoon er stil tegenaan, of typ de code.";
    case "no-meter":
      return "Er is nog geen meter. Voeg eerst de Pi in je meterkast toe.";
    case "given-up":
      return "Je hebt geannuleerd. Er is niets veranderd.";
    case "link-unknown":
      return "Deze link kent My Home niet. Er is niets geopend.";
    case "link":
      return linkProblem(it.wrong);
    case "request":
      return requestProblem(it.wrong);
    case "choice":
      return choiceProblem(it.wrong, (lane) => `${kinds[lane.kind]}, ${fineness[lane.fineness].toLowerCase()}`);
    case "request-missing":
      return "Onder deze link is geen verzoek te vinden. Misschien is het verlopen. Vraag de dienst om een nieuw verzoek.";
    case "request-used":
      return "Dit verzoek is al beantwoord, en een link werkt één keer. Vraag de dienst om een nieuw verzoek.";
    case "answer-kept":
      return "Je hebt dit verzoek al beantwoord. Je antwoord is op dit apparaat bewaard en gaat weg zodra het knooppunt antwoordt.";
    case "answer-out":
      return "Je antwoord is weg of onderweg, en kan niet meer terug. Wat je deelt, kun je stoppen bij Delen.";
    case "wrong-state":
      return "Dat kan nu niet meer: er is intussen iets veranderd.";
    case "not-found":
      return "Dit is hier niet te vinden.";
    case "price-file":
      return fileProblem(it.wrong, it.found);
    case "price-row":
      return rowProblem(it.row, it.wrong, it.found);
    case "prices-damaged":
      return "De uurprijzen zijn niet meer te lezen. Kies het bestand opnieuw.";
    case "nothing-measured":
      return "In deze tijd is hier niets gemeten, dus er is niets bewaard.";
    case "export":
      return "Het bewaren lukte niet. Kijk of er ruimte op de schijf is en of de map van jou is.";
    case "journal-broken":
      return "Er klopt iets niet in je logboek. Probeer het opnieuw; blijft het, herstel dan met je 24 woorden op een ander apparaat.";
    case "fault":
      return "Er ging iets mis. Probeer het opnieuw; blijft het, start My Home dan opnieuw.";
  }
}

export const nl = {
  tag: "nl-NL",
  appName: "My Home",
  nav: {
    label: "Hoofdmenu",
    home: "Thuis",
    sharing: "Delen",
    activity: "Activiteit",
    settings: "Instellingen",
    requests: (n: number) => (n === 1 ? "1 verzoek" : `${n} verzoeken`),
    skip: "Naar de inhoud",
  },
  kinds,
  fineness,
  reveals,
  standing,
  problem,
  and: "en",
  back: "Terug",
  close: "Sluiten",
  cancel: "Annuleren",
  next: "Verder",
  previous: "Vorige",
  done: "Klaar",
  again: "Probeer opnieuw",
  copy: "Kopiëren",
  copied: "Gekopieerd",
  loading: "Even laden…",
  empty: "Hier staat nog niets.",
  tooShort: (found: number, least: number) =>
    `Dit heeft ${found === 1 ? "1 teken" : `${found} tekens`}. Het moeten er minstens ${least} zijn.`,
  details: "Technische details",
  putAside: {
    button: "Zet ze opzij en begin opnieuw",
    done: (name: string) =>
      `Ze liggen nu in de map van de wallet als ${name}. Open My Home opnieuw met je wachtwoordzin.`,
    wallet: "Zet de wallet opzij en herstel hem",
    walletDone: (end: string) =>
      `Wat hier stond ligt nu in dezelfde map, onder namen die eindigen op ${end}. Ga verder, en kies “Ik heb al 24 woorden”.`,
  },
  slow: "Dit duurt langer dan anders.",
  stopped: "Je wacht niet meer. Probeer het opnieuw wanneer het je uitkomt.",
  upToDate: (time: string) => `Bijgewerkt om ${time}`,
  connecting: "Verbinden…",
  offline: "Niet verbonden",
  offlineSince: (time: string) => `Niet verbonden sinds ${time}`,
  now: "nu",
  secondsAgo: (n: number) => `${n} s geleden`,
  minutesAgo: (n: number) => `${n} min geleden`,
  lastSeen: (when: string) => `Laatst gezien ${when}`,
  notSeen: "Nog niet gezien",
  today: "vandaag",
  until: (moment: string) => `tot ${moment}`,
  upToAndIncluding: (day: string) => `tot en met ${day}`,
  yesterday: "gisteren",
  start: {
    title: "Zie je meter. Beslis wie er meekijkt.",
    lead: "Je gegevens blijven van jou. Diensten vragen, jij kiest, en stoppen kan altijd.",
    fresh: "Nieuwe wallet",
    restore: "Ik heb al 24 woorden",
    failed: "My Home kan niet beginnen",
    wordsTitle: "Schrijf deze 24 woorden op",
    wordsLead:
      "Met deze woorden haal je alles terug als dit apparaat kwijt of kapot is. Wie ze heeft, heeft je wallet: bewaar ze op papier, niet op een foto.",
    wordsWritten: "Ik heb ze opgeschreven",
    checkTitle: "Even controleren",
    checkLead: "Vul drie van je woorden in.",
    word: (n: number) => `Woord ${n}`,
    checkWrong: (n: number) => `Woord ${n} is anders. Kijk het na op je papier.`,
    restoreTitle: "Typ je 24 woorden",
    restoreLead: "In de goede volgorde, met spaties ertussen. Plakken mag.",
    restoreLabel: "Je 24 woorden",
    counted: (n: number) => `${n} van 24 woorden`,
    guardTitle: "Op slot",
    guardKeychain: "Je sleutel komt in de sleutelbos van dit apparaat, onder een wachtwoordzin die alleen jij kent.",
    guardFile:
      "Dit apparaat heeft geen sleutelbos die antwoordt. Je sleutel komt daarom in een versleuteld bestand op deze schijf. De wachtwoordzin is dan de enige bescherming: neem een lange.",
    passphrase: "Wachtwoordzin",
    passphraseAgain: "Nog een keer",
    passphraseHint: "Minstens 8 tekens. Je vult hem in om te openen en om ja te zeggen.",
    passphrasesDiffer: "De twee wachtwoordzinnen verschillen.",
    advanced: "Geavanceerd",
    node: "Knooppunt",
    nodeHint:
      "Waar My Home zijn berichten ophaalt en neerlegt. Wie je Pi instelde weet het adres. Leeg mag: dan kies je later, bij Instellingen.",
    create: "Maak mijn wallet",
    creating: "Je wallet wordt gemaakt…",
    bring: "Haal mijn wallet terug",
    bringing: (read: number, of: number) =>
      of ? `${read} van ${of} gebeurtenissen gelezen…` : "Je wallet wordt gezocht…",
  },
  unlock: {
    title: "My Home is op slot",
    lead: "Vul je wachtwoordzin in.",
    open: "Open",
    opening: "Openen…",
    waitingLink: "Er wacht een link. Die zie je zodra je geopend hebt.",
    lock: "Vergrendel",
  },
  prove: {
    title: "Ben jij het?",
    lead: "Vul je wachtwoordzin in om door te gaan.",
    confirm: "Bevestig",
    recognise: "Vingerafdruk of gezicht",
  },
  home: {
    title: "Thuis",
    addMeter: "Meter toevoegen",
    empty: "Nog geen meter. Voeg de Pi in je meterkast toe.",
    asks: (service: string, what: string) => `${service} wil je ${what} zien`,
    purpose: (text: string) => `Om ${text.replace(/\.$/, "")}.`,
    things: {
      electricity: "stroomverbruik",
      "gas-water-heat": "gas, water en warmte",
      phases: "stroom per fase",
    } as Record<Kind, string>,
    nothingShared: (time: string) => `Er wordt nog niets gedeeld. Antwoorden kan tot ${time}.`,
    keptYes: (service: string) => `Je ja aan ${service} wacht op het knooppunt`,
    keptLook: "Bekijk het",
    read: "Lees het verzoek",
    using: "Je verbruikt nu",
    feeding: "Je levert nu terug",
    balanced: "Niets in of uit",
    before: (watts: number): string =>
      watts < 0 ? "Je leverde terug" : watts > 0 ? "Je verbruikte" : "Niets in of uit",
    mean: (when: string) => `${when}, gemiddeld over een kwartier`,
    waitingLive: "De eerste meting komt eraan",
    feedIn: "terugleveren",
    use: "verbruiken",
    usedToday: "Verbruikt vandaag",
    fedToday: "Teruggeleverd vandaag",
    gasToday: "Gas vandaag",
    waterToday: "Water vandaag",
    heatToday: "Warmte vandaag",
    noneYet: "nog niets",
    whoSees: "Wie kijkt mee",
    nobody: "Niemand",
    services: (n: number) => (n === 1 ? "1 dienst" : `${n} diensten`),
    away: (since: string) =>
      `De Pi is sinds ${since} niet bereikbaar. Kijk of hij stroom en internet heeft. Hij bewaart zijn metingen.`,
    awayNever: "Van de Pi is nog niets gehoord. Kijk of hij stroom en internet heeft.",
    missing: (since: string) =>
      `Iets wat de Pi zei is sinds ${since} niet aangekomen, en wat hij daarna zei wacht daarop. Het knooppunt houdt het achter: kies bij Instellingen een ander.`,
    beside: "Sta je ernaast? Help hem op je wifi.",
    details: "Bekijk de meter",
    paste: "Plak een link",
    pasteLabel: "Link van een dienst",
    pasteHint: "Begint met meterkast://",
    openLink: "Open de link",
    opening: "Het verzoek wordt opgehaald…",
    another: "Er kwam nog een verzoek binnen. Het staat bij Thuis.",
    codeKept: "Er kwam een code van een meter binnen. Die staat klaar als je een meter toevoegt.",
    scale: (kw: string) => `Schaal ${kw}`,
    askNotices:
      "My Home kan het je laten weten als een dienst iets vraagt of als er niets meer van een meter komt. Je telefoon vraagt dan of dat mag.",
    tellMe: "Laat het me weten",
    tellNothing: "Geen meldingen",
  },
  pair: {
    title: "Meter toevoegen",
    lead: "Ga bij de Pi in je meterkast staan. Op de Pi staat een code: scan hem, of typ hem over.",
    how: "Geen code? Typ op de Pi: pi-daemon setup. Luistert hij niet? Haal zijn stekker eruit en steek hem er weer in: dan luistert hij 2 minuten.",
    code: "Code van de Pi",
    name: "Hoe noem je deze meter?",
    namePlaceholder: "Bijvoorbeeld Lindelaan 14",
    go: "Verbind",
    codeHint: "33 tekens, met of zonder streepjes; of de hele link van de code.",
    nearby: {
      title: "In de buurt",
      why: "Met Bluetooth vindt My Home de Pi bij je in de buurt. Je apparaat kan vragen of dat mag.",
      whyLocation: "Een oudere telefoon vraagt dan om je locatie. My Home kijkt nooit waar je bent.",
      start: "Zoek in de buurt",
      looking: "Even rondkijken…",
      nobody: "Nog geen Pi gevonden. Er wordt verder gezocht.",
      found: (n: number) => (n === 1 ? "1 gevonden" : `${n} gevonden, de dichtstbijzijnde eerst`),
      choose: "Bij welke hoort je code?",
      nearness: {
        close: "Heel dichtbij",
        near: "Dichtbij",
        far: "Verder weg",
        unknown: "Afstand onbekend",
      } as Record<Nearness, string>,
      again: "Kijk opnieuw",
      without: "Toevoegen kan ook zo: typ of scan de code, dan gaat het over het netwerk.",
      adapter: "Bluetooth-adapter",
      missing: "Ik zie mijn Pi niet",
      hints: [
        "Zit de stekker erin? Na een minuut is hij zover.",
        "Laat hem luisteren: haal zijn stekker eruit en steek hem er weer in, of typ op de Pi pi-daemon pair. Dat duurt 2 minuten.",
        "Kom dichterbij. Een metalen deur houdt veel tegen.",
        "Heeft iemand anders hem al toegevoegd? Die moet hem eerst verwijderen.",
        "Het kan ook zonder: typ de code, dan gaat het over het netwerk.",
      ],
      onlyNow: "Bluetooth is alleen nu nodig. Daarna werkt je meter ook als je ergens anders bent.",
    },
    steps: {
      looking: "De Pi wordt in de buurt gezocht",
      skipped: "Niet met Bluetooth",
      calling: "De Pi wordt geroepen",
      recognised: "De Pi is herkend",
      accepted: "Je bent nu eigenaar",
      added: "Toegevoegd",
    },
    foundOne: (name: string) => `${name} is gevonden.`,
    overNetwork: "Het gaat nu over het netwerk. Dat kan een paar minuten duren.",
    stop: "Annuleren",
    added: "Je meter is toegevoegd. Nog niemand anders kan meelezen.",
    cutOff:
      "Je meter is toegevoegd, maar de Pi bereikt zijn knooppunt nog niet. Blijf erbij staan: zet hem op je wifi, of geef hem een ander adres.",
    toHome: "Naar Thuis",
    drawing: "Een Raspberry Pi in een meterkast, met een kabel aan de slimme meter, en een computer die de code leest.",
  },
  beside: {
    open: "Wifi en knooppunt van de Pi",
    title: "Bij de Pi",
    lead: "Ga bij de Pi staan. Met Bluetooth zet je hem op je wifi, of geef je hem het adres van een knooppunt.",
    how: "Hij luistert twee minuten naar je, nadat je zijn stekker eruit en er weer in hebt gedaan, of nadat je op de Pi pi-daemon near typt.",
    looking: "De Pi wordt gezocht. Dat kan een halve minuut duren…",
    without: "Gebruik een apparaat met Bluetooth, of sluit de Pi met een netwerkkabel aan.",
    node: {
      title: "Knooppunt",
      reached: (address: string) => `De Pi bereikt zijn knooppunt, ${address}.`,
      away: (address: string) =>
        `De Pi bereikt zijn knooppunt niet, ${address}. Zet hem op je wifi, of geef hem een ander adres.`,
      other: "Ander knooppunt",
      ours: "Dit is het knooppunt van My Home. De Pi kan een ander gebruiken, als dat bij hetzelfde netwerk hoort.",
      hint: "Zoals http://192.168.1.20:14265. Het moet een adres zijn dat de Pi zelf kan bereiken.",
      use: "Gebruik dit knooppunt",
      trying: "De Pi probeert dat knooppunt…",
    },
    wifi: {
      title: "Wifi",
      again: "Luister opnieuw",
      listening: "De Pi luistert welke netwerken er zijn…",
      none: "De Pi hoort geen netwerk. Zet de router dichterbij, en luister opnieuw.",
      choose: "Op welk netwerk?",
      here: "Hier",
      takes: {
        nothing: "Open, zonder wachtwoord",
        password: "Met wachtwoord",
        more: "Vraagt meer dan een wachtwoord: dat kan hier niet",
      } as Record<WifiTakes, string>,
      password: (name: string) => `Wachtwoord van ${name}`,
      kept: "Het gaat versleuteld naar de Pi. My Home bewaart het niet.",
      show: "Toon het wachtwoord",
      open: "Wie in de buurt is kan op dit netwerk ook. Wat de Pi verstuurt is altijd versleuteld.",
      join: "Zet de Pi op dit netwerk",
      joining: (name: string) => `De Pi gaat op ${name}…`,
      patience: "Dat kan anderhalve minuut duren. Blijf erbij staan.",
      joined: (name: string) => `De Pi zit op ${name}, en blijft daarop.`,
    },
  },
  scan: {
    camera: "Scan de code",
    tag: "Tik de tag aan",
    tagNow: "Houd je telefoon tegen de sticker op de Pi…",
    picture: "Foto van een QR-code",
    looking: "De code wordt gelezen…",
    why: "My Home scant de QR-code van de Pi of van een verzoek met de camera. Foto’s worden niet bewaard. Je telefoon kan vragen of dat mag.",
    allow: "Gebruik de camera",
    aim: "Richt de camera op de code",
  },
  request: {
    kicker: "Verzoek om mee te kijken",
    later: "Beslis later",
    what: "Wat ze zien",
    needed: "Nodig",
    optional: "Hoeft niet",
    neededHint: "Zonder dit werkt de dienst niet.",
    how: "Hoe precies",
    howLead: "Jij kiest.",
    ofYesterday: "De plaatjes zijn van gisteren.",
    asked: "Gevraagd",
    notAsked: "Niet gevraagd",
    lost: "Dit werkt dan niet:",
    long: "Hoe lang",
    month: "1 maand",
    months: "3 maanden",
    year: "1 jaar",
    days: (n: number) => (n === 1 ? "1 dag" : `${n} dagen`),
    fromUntil: (from: string, until: string) => `Van ${from} ${until}. Daarna stopt het vanzelf.`,
    askedFor: (until: string) => `Gevraagd is ${until}.`,
    past: (days: number) => `Ook de afgelopen ${days} dagen`,
    previewTitle: "Dit zouden ze van gisteren hebben gezien",
    previewExample: "Dit zouden ze zien",
    previewExact: "Precies wat hier getekend en genoemd is, en niets meer.",
    example: "Voorbeeld, niet jouw huis",
    exampleTag: "Voorbeeld",
    exampleWhy: {
      "no-meter": "Hier is nog geen meter.",
      "not-measured": "Van gisteren is hier niet genoeg gemeten.",
      "not-kept": "My Home hoort elke meting alleen zolang je kijkt, en heeft er dus geen hele dag van.",
    } as Record<ExampleWhy, string>,
    nothingMeasured: "Hiervan is gisteren niets gemeten, dus ze zouden niets hebben gezien.",
    highest: "hoogste stroomsterkte",
    besides: {
      electricity: {
        live: "Niet getekend, en zit er ook in: de standen per tarief, en een tweede stroommeter als je die hebt.",
        sums: "Niet getekend, en zit er ook in: het deel van elk tarief, en een tweede stroommeter als je die hebt.",
      },
      "gas-water-heat": {
        live: "Niet getekend, en zit er ook in: de standen zelf, en koude als je die hebt.",
        sums: "Niet getekend, en zit er ook in: koude, als je die hebt.",
      },
      phases: {
        live: "Niet getekend, en zit er ook in: spanning en stroomsterkte van elke fase, en dips en storingen van het net.",
        sums: "Niet getekend, en zit er ook in: de laagste, gemiddelde en hoogste spanning van elke fase, en dips en storingen van het net.",
      },
    } as Record<Kind, { live: string; sums: string }>,
    nothingChosen: "Zo deel je nog niets.",
    after: "Wat er met je gegevens gebeurt",
    nobodyElse: "Niemand anders krijgt ze.",
    recipients: "Ook deze krijgen ze:",
    inEurope: "Ze blijven in Europa (EER).",
    transfers: (countries: string) => `Ze gaan ook naar: ${countries}.`,
    rights: "Je kunt je gegevens altijd inzien, verbeteren, meenemen of laten wissen.",
    noAutomated: "Geen computer beslist in zijn eentje over jou.",
    automated: "Dit beslist een computer in zijn eentje:",
    questions: "Vragen:",
    notice: "Lees de privacyverklaring",
    complaints: "Klacht? Die dien je in bij:",
    without: "Zeg je nee:",
    stopAnyTime: "Je kunt altijd stoppen, bij Delen. Wat ze dan al hebben, kun je laten wissen.",
    wouldShare: (what: string, until: string, past: number | null) =>
      `Je deelt dan: ${what}, ${until}${past ? `, en de afgelopen ${past} dagen` : ""}.`,
    answerBy: (time: string) => `Je kunt antwoorden tot ${time}.`,
    no: "Nee, niet delen",
    yes: "Ja, wel delen",
    hint: "Nee zeggen mag zonder reden. Bij ja vragen we je wachtwoordzin.",
    which: "Van welke meter",
    saidNo: "Je hebt nee gezegd. Er is niets gedeeld.",
    saidYes: (service: string) => `${service} mag meekijken. Stoppen kan altijd, bij Delen.`,
    yesKept:
      "Je ja is op dit apparaat bewaard en gaat weg zodra het knooppunt antwoordt. Tot dan wordt er niets gedeeld.",
    noKept: "Je hebt nee gezegd. Er is niets gedeeld. De dienst hoort het zodra het knooppunt antwoordt.",
    onItsWay:
      "Het is misschien al onderweg en kan niet meer terug. Zodra het knooppunt antwoordt, kun je het stoppen bij Delen.",
    takeBack: "Neem het terug",
    takenBack: "Teruggenomen. Er is niets gedeeld.",
    saying: "Je ja wordt opgeschreven…",
    toSharing: "Naar Delen",
    toReceipt: "Toon het bewijs",
    backTo: (site: string) => `Terug naar ${site}`,
    backHint: "Die pagina opent op dit apparaat. Kwam je van een ander scherm? Kijk dan daar.",
    table: "Als tabel",
    chart: "Als grafiek",
  },
  sharing: {
    title: "Delen",
    nowTab: (n: number) => `Nu, ${n}`,
    endedTab: (n: number) => `Afgelopen, ${n}`,
    emptyNow: "Je deelt niets met niemand. Een dienst vraagt het eerst, met een link of een QR-code.",
    emptyEnded: "Er is nog niets afgelopen.",
    what: "Wat",
    until: "Hoe lang",
    since: "Sinds",
    ended: "Afgelopen",
    past: "Verleden",
    pastDays: (n: number) => `Ook de ${n} dagen ervoor`,
    lastSent: "Laatst verstuurd",
    heard: "Pi laatst gehoord",
    nothingSent: "Nog niets",
    erasedTag: "Gewist, zeggen ze",
    details: "Details",
    pause: "Pauze",
    resume: "Hervat",
    stop: "Stop",
    stopQuestion: (service: string) => `Stoppen met ${service}?`,
    stopMeans:
      "De Pi verandert de sleutels. Wat daarna gemeten wordt kan de dienst niet meer openen. Stoppen is voorgoed; de dienst kan opnieuw vragen.",
    stopConfirm: "Ja, stop",
    keep: "Niet stoppen",
    carries: "Je kunt dit sluiten. Het gaat vanzelf door en komt in Activiteit.",
    told: "Verstuurd naar de Pi en de dienst",
    toldWaits:
      "Het knooppunt is niet bereikbaar, dus stoppen wacht. Tot dan kan de dienst blijven meelezen. Zet de Pi uit als het meteen moet.",
    keys: "Sleutels veranderd",
    keysWait: "Er wordt op de Pi gewacht. Tot dan kan de dienst blijven meelezen. Zet de Pi uit als het meteen moet.",
    lastReadable: (time: string) => `Laatste meting die ze kunnen openen: ${time}`,
    nothingAfter: "Niets van daarna.",
    neverRead: "Ze hebben nooit iets kunnen openen",
    confirmed: (service: string) => `${service} bevestigt`,
    confirmWaits: "Dit kan even duren. Het stopt ook zonder hun antwoord.",
    have: "Wat ze al hebben",
    haveNothing: "Niets. Het stopte voordat er iets te openen was.",
    haveSince: (what: string, since: string, past: number | null) =>
      `${what}, sinds ${since}${past ? `, en de ${past} dagen ervoor` : ""}.`,
    erase: "Laat het wissen",
    eraseAsked: (when: string) => `Je hebt op ${when} om wissen gevraagd. De wet geeft ze een maand.`,
    eraseWaits: (when: string) =>
      `Je hebt op ${when} om wissen gevraagd. Het knooppunt is niet bereikbaar; ze horen het zodra het antwoordt.`,
    erasedAt: (when: string, n: number) => `Alles gewist, zeggen ze: ${n} metingen, ${when}.`,
    forked:
      "Deze dienst en de Pi kregen verschillende berichten te zien. Kijk bij Activiteit, en vertrouw deze dienst niet.",
    missing: (since: string) =>
      `Een bericht hierover is sinds ${since} niet aangekomen, en wat daarna gezegd is wacht daarop. Het knooppunt houdt het achter: kies bij Instellingen een ander.`,
    receipt: "Je bewijs",
    receiptHint: "Ondertekend toen je ja zei. Dit heeft de dienst ook.",
    said: {
      who: "Wie",
      why: "Waarvoor",
      what: "Wat, en hoe precies",
      from: "Vanaf",
      kept: "Bewaard",
      keptUntil: (until: string) => `Dat is uiterlijk ${until}.`,
      others: "Wie het nog meer krijgt",
      rights: "Je rechten",
      yes: "Je zei ja",
      shownIn: { en: "Je las het verzoek in het Engels.", nl: "Je las het verzoek in het Nederlands." } as Record<
        Tongue,
        string
      >,
      number: "Nummer van het bewijs",
      file: "Het bewijs zoals het is ondertekend, voor een programma of voor wie het moet nakijken. In de map My Home bij je documenten.",
    },
    log: "Wat er gebeurde",
    who: "Wie dit is",
    site: (site: string, checked: boolean) =>
      checked ? `${site}; de site bevestigde het verzoek` : `${site}; niemand bevestigde dat het verzoek daarvan kwam`,
    complaint: {
      title: "Dien een klacht in",
      lead: "Een brief met alles wat hier bekend is. Alleen je klacht zelf moet je nog schrijven. Hij gaat nergens vanzelf heen.",
      make: "Maak een brief klaar",
      language: "Taal van de brief",
      letter: "De brief",
      save: "Bewaar als bestand",
      saved: (folder: string) => `Bewaard in ${folder}`,
      notCopied: "Kopiëren lukte niet. Selecteer de brief en kopieer hem zelf.",
      page: "Pagina van de autoriteit",
    },
    next: "Volgende stap",
    paused: "Je hebt gepauzeerd. De dienst leest niets nieuws tot je hervat.",
    pauseStarts: "Je hebt gepauzeerd. Er wordt op de Pi gewacht. Tot dan kan de dienst blijven meelezen.",
    pauseWaits: "Het knooppunt is niet bereikbaar, dus je pauze wacht. Tot dan kan de dienst blijven meelezen.",
    resumeWaits: "Het knooppunt is niet bereikbaar, dus hervatten wacht.",
    meter: "Meter",
  },
  activity: {
    title: "Activiteit",
    all: "Alles",
    sharing: "Delen",
    meters: "Meters",
    failed: "Niet gelukt",
    check: "Controleer",
    checking: "Wordt gecontroleerd…",
    whole: (time: string, n: number) =>
      `Gecontroleerd om ${time}. Niets ontbreekt en niets is veranderd (${n} regels).`,
    notOnNode: (time: string) =>
      `Gecontroleerd om ${time}: alles klopt op dit apparaat. Het knooppunt antwoordde niet, dus daar is niet vergeleken.`,
    differs: (here: number, there: number) =>
      `Hier staan ${here} regels, op het knooppunt ${there}. Probeer het zo nog eens; blijft het, kies dan een ander knooppunt.`,
    export: "Bewaar",
    exporting: "Wordt bewaard…",
    exported: (folder: string, n: number) => `${n} bestanden bewaard in ${folder}`,
    empty: "Er is nog niets gebeurd.",
    emptyFilter: "Er is niets van deze soort.",
    more: (n: number) => `Toon er nog ${n}`,
  },
  meter: {
    title: "Meter",
    periods: { live: "Live", day: "Dag", week: "Week", month: "Maand", year: "Jaar" },
    period: "Periode",
    electricity: "Stroom",
    gas: "Gas",
    water: "Water",
    heat: "Warmte",
    fromGrid: "Van het net",
    toGrid: "Naar het net",
    standby: "Sluipverbruik",
    peak: "Hoogste kwartier",
    at: (time: string) => `om ${time}`,
    phases: "Fasen nu",
    phasesMean:
      "Stroom komt je huis in over één of drie draden: de fasen. Hier zie je hoe het verbruik daarover verdeeld is.",
    phase: (n: number) => `Fase ${n}`,
    phasePeaks: "Fasen",
    peaksMean: "Getekend is de hoogste stroomsterkte van elk kwartier, elke dag of elke maand.",
    atMost: (current: string) => `hoogstens ${current}`,
    table: "Tabel",
    chart: "Grafiek",
    time: "Tijd",
    emptyLive: "De Pi wordt gevraagd om elke meting. De eerste komt binnen een minuut.",
    empty: "Van deze tijd is hier niets gemeten. Metingen komen binnen vanaf het moment dat je de meter toevoegde.",
    gap: "niet gemeten",
    notFollowed: "niet gevolgd",
    rename: "Naam wijzigen",
    remove: "Verwijder deze meter",
    removeMeans: "Alles wat je van deze meter deelt stopt, en de Pi wist zichzelf.",
    save: "Bewaar naam",
    earlier: "Eerder",
    later: "Later",
    sum: (amount: string) => `In totaal ${amount}.`,
    partly: "Gedeeltelijk gemeten",
    file: {
      title: "Bewaar deze periode",
      hint: "In de map My Home bij je documenten. Alleen jij kunt erbij.",
      form: "Als",
      forms: {
        png: "Afbeelding (PNG)",
        svg: "Afbeelding (SVG)",
        csv: "Tabel (CSV)",
        parquet: "Tabel (Parquet)",
        "green-button": "Green Button (XML)",
      },
      go: "Bewaar bestand",
      saving: "Wordt bewaard…",
      saved: (folder: string, n: number) => (n === 1 ? `Bewaard in ${folder}` : `${n} bestanden bewaard in ${folder}`),
    },
    costs,
    replaced: "Meter vervangen",
    lately: (from: string, to: string) => `Van ${from} tot ${to}`,
    changes: {
      title: "Deze meter",
      replaced:
        "Heeft de netbeheerder de meter vervangen? Dan hoef je niets te doen: de Pi merkt het, en de grafiek zegt waar.",
      moved:
        "Verhuis je? Neem je de Pi mee, geef de meter dan een andere naam. Blijft de Pi achter, verwijder de meter dan hier.",
    },
  },
  settings: {
    title: "Instellingen",
    language: "Taal",
    looks: "Uiterlijk",
    system: "Zoals het systeem",
    light: "Licht",
    dark: "Donker",
    lockAfter: "Vergrendel na",
    minutes: (n: number) => (n === 1 ? "1 minuut" : `${n} minuten`),
    notices: "Meldingen",
    noticesHint: "Zolang My Home open en ontgrendeld is. Elke melding komt één keer.",
    noticesRefused:
      "Je telefoon toont geen meldingen van My Home. Je kunt ze toestaan in de instellingen van je telefoon, bij My Home.",
    notice: {
      request: "Een dienst vraagt iets",
      ending: "Iets wat je deelt loopt bijna af",
      service: "Een dienst antwoordt niet",
      meter: "Er komt niets meer van een meter",
    },
    node: "Knooppunt",
    nodeSeveral:
      "Er mogen meer adressen staan, met komma's ertussen: antwoordt het ene niet, dan wordt het volgende gevraagd.",
    nodeHint: "Hierna is de wallet op slot, en opent hij met het nieuwe knooppunt.",
    nodeSave: "Gebruik dit knooppunt",
    recognition: "Vingerafdruk of gezicht",
    recognise: "In plaats van je wachtwoordzin, zolang My Home open is",
    recogniseHint:
      "Voordat je ja zegt, je woorden ziet of een meter verwijdert. Wie zijn vinger of gezicht op deze telefoon heeft ingesteld, kan dat dan ook. Openen doe je altijd met je wachtwoordzin.",
    words: "Je 24 woorden",
    wordsHint: "Kijk eerst of er niemand meekijkt.",
    wordsShow: "Toon mijn woorden",
    wordsHide: "Verberg",
    guard: "Waar je sleutel ligt",
    keychain: "In de sleutelbos van dit apparaat, onder je wachtwoordzin.",
    file: "In een versleuteld bestand op deze schijf, onder je wachtwoordzin.",
    about: "Over My Home",
    version: (v: string) => `Versie ${v}`,
    licence:
      "My Home is vrije software onder Apache 2.0. Het lettertype Inter valt onder de SIL Open Font License 1.1, de pictogrammen van Lucide onder de ISC-licentie. De licenties van alle bibliotheken waaruit het bestaat, zitten in het Debian-pakket.",
  },
};

export type Words = typeof nl;
