"""Satellite catalogues for tests: TLE lines made and rewritten in each form of OMM."""

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal

OMM_KEYS = (
    "OBJECT_NAME",
    "OBJECT_ID",
    "EPOCH",
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
    "EPHEMERIS_TYPE",
    "CLASSIFICATION_TYPE",
    "NORAD_CAT_ID",
    "ELEMENT_SET_NO",
    "REV_AT_EPOCH",
    "BSTAR",
    "MEAN_MOTION_DOT",
    "MEAN_MOTION_DDOT",
)
"""Keywords of CelesTrak's OMM, in its order."""


def checksum(line):
    digits = (int(c) if c.isdigit() else int(c == "-") for c in line[:68])
    return f"{line[:68]}{sum(digits) % 10}"


def tle(name="", number="25544", inc="51.6416", ecc="0006703", n="15.72125391", **other):
    """Two or three lines with right checksums; fields as text, without their padding."""
    epoch, bstar = other.get("epoch", "26234.51782528"), other.get("bstar", " 10270-3")
    raan, argp, m = (other.get(k, "130.5360") for k in ("raan", "argp", "m"))
    kind = other.get("kind", "0")
    one = f"1 {number:>5}U 98067A   {epoch:>14}  .00016717  00000+0 {bstar:>8} {kind}  900"
    two = f"2 {number:>5} {inc:>8} {raan:>8} {ecc:>7} {argp:>8} {m:>8} {n:>11}    0"
    lines = [name] if name else []
    return "\n".join([*lines, checksum(one), checksum(two)]) + "\n"


ISS = tle("ISS (ZARYA)")
"""The element set of CelesTrak's description of the format, at another epoch."""


def omm(**other):
    """One OMM as texts by keyword, in CelesTrak's order; None leaves a keyword out."""
    fields = omm_of_tle(*ISS.splitlines()) | other
    return {key: text for key, text in fields.items() if text is not None}


def omm_of_tle(name, one, two):
    """Rewrite a TLE digit by digit: its epoch is a whole number of microseconds."""
    year = int(one[18:20]) + (1900 if int(one[18:20]) > 56 else 2000)
    since_s = Decimal(one[20:32].strip()) * 86_400
    micro = int(since_s * 1_000_000)
    assert micro == since_s * 1_000_000
    epoch = datetime(year - 1, 12, 31) + timedelta(microseconds=micro)
    number = one[2:7].strip()
    if number[0].isalpha():
        high = "ABCDEFGHJKLMNPQRSTUVWXYZ".index(number[0]) + 10
        number = f"{high}{number[1:]}"
    piece = one[9:17].strip()
    values = (
        name.strip(),
        f"{year_of(piece)}-{piece[2:]}" if piece else "",
        epoch.isoformat(timespec="microseconds"),
        two[52:63].strip(),
        f"0.{two[26:33].replace(' ', '0')}",
        two[8:16].strip(),
        two[17:25].strip(),
        two[34:42].strip(),
        two[43:51].strip(),
        "0",
        "U",
        str(int(number)),
        one[64:68].strip(),
        two[63:68].strip() or "0",
        implied(one[53:61]),
        one[33:43].strip(),
        implied(one[44:52]),
    )
    return dict(zip(OMM_KEYS, values, strict=True))


def year_of(piece):
    return int(piece[:2]) + (1900 if int(piece[:2]) > 56 else 2000)


def implied(text):
    sign = "-" if text[0] == "-" else ""
    return f"{sign}0.{text[1:6]}e{text[6:].strip()}"


def as_json(records):
    """Numbers as CelesTrak has them: the digits as they are written."""
    texts = {"OBJECT_NAME", "OBJECT_ID", "EPOCH", "CLASSIFICATION_TYPE"}
    lines = [
        ",".join(
            f'"{key}":{json.dumps(text) if key in texts else plain(text)}'
            for key, text in record.items()
        )
        for record in records
    ]
    return "[" + ",".join(f"{{{line}}}" for line in lines) + "]"


def plain(text):
    """A number that JSON allows: a digit before the point."""
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
    return sign + (f"0{digits}" if digits[0] == "." else re.sub("^0+(?=[0-9])", "", digits))


def as_json_texts(records):
    """Everything in quotes, as Space-Track has it."""
    return json.dumps(records, indent=1)


def as_csv(records):
    rows = [",".join(OMM_KEYS)]
    rows += [",".join(quoted(record.get(key, "")) for key in OMM_KEYS) for record in records]
    return "\r\n".join(rows) + "\r\n"


def quoted(text):
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if '"' in text or "," in text else text


METADATA = ("OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM")
METADATA += ("MEAN_ELEMENT_THEORY",)
STATED = {
    "CENTER_NAME": "EARTH",
    "REF_FRAME": "TEME",
    "TIME_SYSTEM": "UTC",
    "MEAN_ELEMENT_THEORY": "SGP4",
}


def as_kvn(records):
    text = ""
    for record in records:
        text += "CCSDS_OMM_VERS = 2.0\nCOMMENT GENERATED = by a test\nORIGINATOR = TEST\n"
        text += "".join(f"{key} = {value}\n" for key, value in (STATED | record).items())
    return text


def as_xml(records):
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<ndm>\n'
    for record in records:
        every = {key: escaped(value) for key, value in (STATED | record).items()}
        meta = "".join(f"<{k}>{v}</{k}>" for k, v in every.items() if k in METADATA)
        data = "".join(f"<{k}>{v}</{k}>" for k, v in every.items() if k not in METADATA)
        text += '<omm id="CCSDS_OMM_VERS" version="2.0"><header><CREATION_DATE/></header>'
        text += f"<body><segment><metadata>{meta}</metadata><data><meanElements>{data}"
        text += "</meanElements></data></segment></body></omm>\n"
    return text + "</ndm>\n"


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


FORMS = {
    "omm-json": as_json,
    "omm-json texts": as_json_texts,
    "omm-xml": as_xml,
    "omm-csv": as_csv,
    "omm-kvn": as_kvn,
}
"""Writers by form; what stands after a blank tells two writers of one form apart."""
