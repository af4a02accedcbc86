"""What the quantities of cases/salvo.csv are called on the page."""

QUANTITIES = {
    "salvo": "kill by a salvo",
    "some-leak": "chance of a leaker",
    "leakers": "leakers",
    "none-common": "chance of no leaker, one track for all",
    "none-independent": "chance of no leaker, a track for each",
    "look-kill": "kill by shoot-look-shoot",
    "look-shots": "shots of shoot-look-shoot",
    "none-uneven": "chance of no leaker, rounds spread evenly",
}
