"""docs/protocol.md section 3.3: what the columns of a batch are called, and how their numbers are written in JSON."""

from datetime import datetime, timezone

REGISTERS = {
    4: "import_wh", 5: "import_t1_wh", 6: "import_t2_wh", 7: "import_t3_wh", 8: "import_t4_wh",
    9: "export_wh", 10: "export_t1_wh", 11: "export_t2_wh", 12: "export_t3_wh", 13: "export_t4_wh",
    16: "gas_l", 18: "water_l", 20: "heat_kj", 26: "cold_kj", 28: "second_meter_wh",
}
COUNTERS = {24: "power_failures", 25: "long_power_failures"}
PHASE = ["voltage_l{}_v", "current_l{}_a", "power_import_l{}_w", "power_export_l{}_w", "sags_l{}", "swells_l{}"]
PHASE_SUMMARY = [
    "voltage_min_l{}_v", "voltage_mean_l{}_v", "voltage_max_l{}_v", "current_max_l{}_a", "sags_l{}", "swells_l{}",
]
METERS = ["electricity", "gas", "water", "heat", "cold", "second-electricity"]
TIMES = {
    0: "meter_time", 17: "gas_measured_at", 19: "water_measured_at", 21: "heat_measured_at", 22: "peak_measured_at",
    27: "cold_measured_at", 29: "second_meter_measured_at",
}


def _phases(names):
    return {32 + 8 * phase + i: name.format(phase + 1) for phase in range(3) for i, name in enumerate(names)}


READING = {
    1: "power_import_w", 2: "power_export_w", 3: "tariff", 14: "demand_w", 15: "peak_w",
    60: "implausible", 61: "replaced",
} | TIMES | REGISTERS | COUNTERS | _phases(PHASE)
INTERVAL = (
    {1: "end", 2: "readings", 60: "partial", 61: "replaced"}
    | REGISTERS | COUNTERS | _phases(PHASE_SUMMARY)
    | {code + 64: "unplaced_" + name for code, name in REGISTERS.items()}
)


def named(names, row, time_name):
    """A row as JSON has it."""
    said = {time_name: row["time"]}
    for code, number in row.items():
        if code in names:
            said[names[code]] = _value(names[code], number)
    return said


def _value(name, number):
    if name in TIMES.values():
        wall = datetime.fromtimestamp(number >> 2, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        return wall + ["+01:00", "+02:00", ""][number & 3]
    if name in ("implausible", "partial"):
        return [READING[code] for code in sorted(READING) if code < 60 and number >> code & 1]
    if name == "replaced":
        return [meter for bit, meter in enumerate(METERS) if number >> bit & 1]
    if name.startswith("voltage"):
        return number / 10
    if name.startswith("current"):
        return number / 100
    return number
