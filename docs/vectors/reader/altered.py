"""Alters one value after the other in every vector; a reader that does not notice is a defect."""

import copy
import json
import random
import sys
from pathlib import Path

from check import CHECKS

SAYS_NOTHING = {"what", "for", "name"}
FOLDER = Path(__file__).resolve().parent.parent


def places(value, path=()):
    """Paths of everything in the file that means something."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in SAYS_NOTHING or not isinstance(item, str):
                yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))
    elif value != "":
        yield path


def alter(value, chance):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    at = chance.randrange(len(value))
    return value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]


def altered(file, path, chance):
    """A copy of the file with one value altered."""
    file = copy.deepcopy(file)
    holder = file
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = alter(holder[path[-1]], chance)
    return file


def notices(check, file):
    try:
        check(file)
    except Exception:  # whatever stops the reader is a no
        return True
    return False


def main():
    chance, missed = random.Random(1), 0
    for name, check in CHECKS.items():
        file = json.loads((FOLDER / name).read_text())
        if notices(check, file):
            sys.exit(f"{name} is refused before anything is altered")
        every = list(places(file))
        unnoticed = [path for path in every if not notices(check, altered(file, path, chance))]
        missed += len(unnoticed)
        print(f"{name}: {len(every) - len(unnoticed)} of {len(every)} alterations noticed")
        for path in unnoticed:
            print(f"  not noticed: {'/'.join(map(str, path))}")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
