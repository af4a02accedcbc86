"""Maps: where things are drawn, what the pictures say, that files are whole and repeat."""

import os
import re
import stat

import numpy as np
import pytest
from matplotlib.image import imread

from opendome.catalog.outline import coastline
from opendome.errors import InputError
from opendome.views import maps
from opendome.views.labels import elided
from opendome.views.maps import plot_coverage
from opendome.views.scales import share_scale, time_scale
from opendome.views.world import Frame, Rings, extent_of, sample


def grid(n_ring=36, box=None):
    """Rings of equal height; of a box (south, north, west, east) only, if one is given."""
    edges = np.linspace(-90.0, 90.0, n_ring + 1)
    lat = 0.5 * (edges[1:] + edges[:-1])
    n = np.maximum(3, np.round(2 * n_ring * np.cos(np.deg2rad(lat)))).astype(int)
    lats = np.repeat(lat, n)
    lons = np.concatenate([(np.arange(k) + 0.5) / k * 360.0 - 180.0 for k in n])
    ring = np.repeat(np.arange(n_ring), n)
    if box:
        south, north, west, east = box
        inside = (lats >= south) & (lats <= north)
        inside &= (lons - west) % 360.0 <= (east - west) % 360.0
        lats, lons, ring = lats[inside], lons[inside], ring[inside]
    first = np.concatenate(([0], np.cumsum(np.bincount(ring, minlength=n_ring))))
    return {"lat_deg": lats, "lon_deg": lons, "ring_first": first, "ring_lat_deg": lat}


def case(share=None, box=None, n_ring=36, **changes):
    points = grid(n_ring, box)
    if share is None:
        share = np.linspace(0.9, 1.0, len(points["lat_deg"]))
    shares = np.stack((np.sqrt(share), share, share**2))
    points |= {"share": shares, "longest_gap_s": 6000.0 * (1.0 - shares)}
    lat = np.arange(-85.0, 90.0, 10.0)
    profile = np.stack([np.full(lat.shape, row.mean()) for row in shares])
    settings = {
        "title": "The target is seen 96 % of the time",
        "subtitle": "golden-dome",
        "grid": points,
        "fold": 2,
        "areas": [],
        "profile_lat_deg": lat,
        "profile_share": profile,
        "footer": "Target at 50 km.",
    }
    return settings | changes


def area(name, lat, lon, share=0.99, radius=3.0):
    turn = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
    outline = np.stack((lat + radius * np.sin(turn), lon + radius * np.cos(turn)), axis=-1)
    return {"name": name, "lat_deg": lat, "lon_deg": lon, "outline": outline, "share": share}


# Projection -------------------------------------------------------------------------------


def test_equal_earth_has_its_published_ends():
    # Savric, Patterson and Jenny (2019): on a unit sphere, half the equator is 2.7066 long,
    # the poles lie at 1.3173 and are 0.59247 as long as the equator.
    frame = Frame.whole()
    x, y = frame.xy(np.array([0.0, 90.0]), np.array([180.0, 180.0])).T
    assert np.deg2rad(x[0]) == pytest.approx(2.7066, abs=1e-4)
    assert np.deg2rad(y[1]) == pytest.approx(1.3173, abs=1e-4)
    assert x[1] / x[0] == pytest.approx(0.59247, abs=1e-4)


def test_equal_earth_keeps_areas():
    frame = Frame.whole()
    lat = np.linspace(-89.0, 89.0, 90)
    h = 1e-3
    height = (frame.y(lat + h) - frame.y(lat - h)) / (2.0 * h)
    assert np.ptp(frame.stretch(lat) * height / np.cos(np.deg2rad(lat))) < 1e-4


def test_heights_and_latitudes_are_each_others_inverse():
    lat = np.linspace(-90.0, 90.0, 181)
    for frame in (Frame.whole(), Frame(-90.0, 90.0, 0.0, 20.0, world=False)):
        np.testing.assert_allclose(frame.lat(frame.y(lat)), lat, atol=1e-3)


def test_a_line_over_the_date_line_is_drawn_on_both_sides_without_a_jump():
    lines = list(Frame.whole().copies(np.zeros(3), np.array([178.0, -179.0, -176.0])))
    assert len(lines) == 2
    assert all(np.ptp(line[:, 0]) < 6.0 for line in lines)
    assert sorted(round(float(np.sign(line[0, 0]))) for line in lines) == [-1, 1]
    assert len(list(Frame.whole(180.0).copies(np.zeros(2), np.array([178.0, -176.0])))) == 1


# Images -----------------------------------------------------------------------------------


def test_an_image_of_the_earth_has_no_hole_and_no_other_values():
    points = grid()
    image = sample(Frame.whole(), Rings.of(points), points["lat_deg"], (200, 400))
    assert np.isfinite(image).all()
    lat = Frame.whole().lat(np.linspace(*np.array([-1, 1]) * Frame.whole().y(np.array(90.0)), 401))
    # Within a ring's half height at the poles, else linear.
    assert np.abs(image - lat[1::2, None]).max() < 2.6


@pytest.mark.parametrize("n_ring", [20, 60])
def test_an_image_is_the_value_of_the_cell_at_its_centre(n_ring):
    points = grid(n_ring)
    values = np.random.default_rng(1).random(len(points["lat_deg"]))
    rings = Rings.of(points)
    assert rings.smooth == (n_ring == 60)
    frame = Frame.whole(-40.0)
    shape = (1000, 2000)
    image = sample(frame, rings, values, shape)
    low, high = frame.border().min(axis=0), frame.border().max(axis=0)
    xy = frame.xy(points["lat_deg"], (points["lon_deg"] + 40.0 + 180.0) % 360.0 - 180.0)
    column, row = (((xy - low) / (high - low)) * shape[::-1]).astype(int).T
    assert np.abs(image[row, column] - values).max() < (0.2 if rings.smooth else 1e-12)


def test_an_image_of_a_region_is_empty_outside():
    points = grid(90, box=(20.0, 40.0, 170.0, -170.0))
    rings = Rings.of(points)
    frame = extent_of(rings)
    image = sample(frame, rings, np.ones(len(points["lat_deg"])), (300, 600))
    known = np.isfinite(image)
    assert not known[0].any()
    assert not known[:, 0].any()
    row = np.isfinite(sample(frame, rings, np.ones(len(points["lat_deg"])), (301, 601))[150])
    share = 20.0 / (2.0 * frame.lon_half_deg)
    assert row.mean() == pytest.approx(share, abs=0.1 * share)


def test_a_region_over_the_date_line_is_shown_whole():
    frame = extent_of(Rings.of(grid(90, box=(20.0, 40.0, 170.0, -170.0))))
    assert not frame.world
    assert frame.lon_mid_deg % 360.0 == pytest.approx(180.0, abs=2.0)
    assert frame.lat_low_deg < 20.0 < 40.0 < frame.lat_high_deg
    assert frame.lon_half_deg > 10.0


def test_a_region_shows_the_areas_that_it_cuts_and_no_others():
    rings = Rings.of(grid(90, box=(30.0, 36.0, 48.0, 56.0)))
    alone = extent_of(rings)
    cut, away = (area("", *at, radius=4.0)["outline"] for at in ((31.0, 52.0), (-40.0, 52.0)))
    assert extent_of(rings, [away]) == alone
    assert extent_of(rings, [cut, away]).lat_low_deg < 27.0


@pytest.mark.parametrize("box", [(60.0, 90.0, -180.0, 179.0), (0.0, 10.0, -100.0, 100.0)])
def test_what_is_wide_or_polar_is_shown_on_the_earth(box):
    assert extent_of(Rings.of(grid(box=box))).world


def test_one_point_is_a_region():
    frame = extent_of(Rings.of(grid(n_ring=20, box=(31.0, 36.0, 48.0, 60.0))))
    assert not frame.world


# Scales -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "start", "end"),
    [(0.2, 0.9, 0, 100), (0.93, 1.0, 90, 100), (0.9991, 1.0, 99.9, 100), (0.0, 0.015, 0, 2)],
)
def test_shares_are_shown_where_they_differ(low, high, start, end):
    scale = share_scale(np.linspace(low, high, 101))
    assert (scale.start, scale.end, scale.lower) == (start, end, False)
    assert (scale.ticks[0], scale.ticks[-1]) == (start, end)
    assert scale.texts[-1] == f"{end:g}"


@pytest.mark.parametrize("share", [0.0, 0.95, 1.0])
def test_equal_shares_are_shown_from_0_to_100(share):
    scale = share_scale(np.full(5, share))
    assert (scale.start, scale.end) == (0.0, 100.0)


def test_a_few_low_shares_do_not_spoil_the_scale():
    shares = np.append(np.linspace(0.99, 1.0, 999), 0.1)
    assert (share_scale(shares).start, share_scale(shares).lower) == (99.0, True)
    assert share_scale(shares, below=0.0).start == 0.0


def test_times_have_a_unit_or_a_logarithmic_scale():
    scale = time_scale(np.array([0.0, 900.0, 1200.0]))
    assert (scale.unit, scale.end, scale.log) == (" [min]", 20.0, False)
    assert scale.factor * 1200.0 == 20.0
    scale = time_scale(np.array([np.nan, 0.0, 60.0, 90.0, 7200.0]))
    assert scale.log
    assert scale.lower
    assert (scale.texts[0], scale.texts[-1]) == ("1 min", "2 h")
    assert time_scale(np.array([60.0, 7200.0])).lower is False
    assert 2 <= len(time_scale(np.geomspace(1.0, 1e6, 500)).ticks) <= 8
    assert time_scale(np.zeros(3)).end == 1.0


# Pictures ---------------------------------------------------------------------------------


def ink(path):
    """Share of the picture that is not white."""
    return float((imread(path)[..., :3].min(axis=-1) < 0.99).mean())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"areas": [area("iran", 34.5, 51.5), area("far east", 65.0, 179.0, share=None)]},
        {"box": (25.0, 45.0, 110.0, 140.0), "n_ring": 90},
        {"box": (31.0, 36.0, 48.0, 60.0), "n_ring": 20, "areas": [area("iran", 34.5, 51.5)]},
        {"share": 1.0, "title": "", "subtitle": "", "footer": ""},
        {"share": 0.0, "fold": 3},
        {"title": "word " * 200, "subtitle": "x" * 500, "footer": "$a$ \u4e2d\n\\alpha " * 30},
        {"areas": [area(f"{i} " + "long name " * 9, 40.0 + i / 4, 127.0 + i) for i in range(30)]},
    ],
    ids=["plain", "areas", "region", "point", "all", "none", "words", "crowd"],
)
def test_any_answer_has_a_picture(tmp_path, changes):
    if isinstance(changes.get("share"), float):
        n = len(grid()["lat_deg"])
        changes = changes | {"share": np.full(n, changes["share"])}
    path = tmp_path / "map.png"
    plot_coverage(path, **case(**changes))
    height, width, _ = imread(path).shape
    assert width == 1600
    assert 700 < height < 2400
    assert 0.2 < ink(path) < 0.95
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_gap_there_is_no_second_map(tmp_path):
    plot_coverage(tmp_path / "two.png", **case())
    plot_coverage(tmp_path / "one.png", **case(share=np.ones(len(grid()["lat_deg"]))))
    two, one = (imread(tmp_path / f"{name}.png").shape[0] for name in ("two", "one"))
    assert two > 1.6 * one


@pytest.mark.parametrize("suffix", [".PNG", ".svg", ".pdf"])
def test_equal_input_gives_equal_bytes(tmp_path, suffix):
    for name in ("a", "b"):
        plot_coverage(tmp_path / f"{name}{suffix}", **case(areas=[area("iran", 34.5, 51.5)]))
    a, b = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
    assert a == b
    assert not re.search(rb"20\d\d-\d\d-\d\dT|CreationDate|matplotlib\.org", a)


def figure_of(monkeypatch, tmp_path, **changes):
    """The figure that `plot_coverage` draws."""
    made = []
    draw = maps._figure
    monkeypatch.setattr(maps, "_figure", lambda *a: made.append(draw(*a)) or made[-1])
    plot_coverage(tmp_path / "map.png", **case(**changes))
    return made[0]


def test_labels_are_there_inside_and_apart(monkeypatch, tmp_path):
    near = [area(f"area {i}", 38.0 + 2 * i, 125.0 + 2 * i, radius=0.7) for i in range(6)]
    figure = figure_of(monkeypatch, tmp_path, areas=near)
    axes = figure.axes[0]
    texts = [t for t in axes.texts if t.get_text().startswith("area")]
    assert [t.get_text() for t in texts] == [f"area {i}  99.00 %" for i in range(6)]
    boxes = [t.get_window_extent() for t in texts]
    room = axes.get_window_extent()
    for i, box in enumerate(boxes):
        assert room.x0 <= box.x0
        assert box.x1 <= room.x1
        assert room.y0 <= box.y0
        assert box.y1 <= room.y1
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_the_label_of_a_large_area_stands_inside(monkeypatch, tmp_path):
    wide = area("sea", -20.0, -30.0, radius=20.0)
    figure = figure_of(monkeypatch, tmp_path, areas=[wide])
    (label,) = (t for t in figure.axes[0].texts if t.get_text().startswith("sea"))
    at = Frame.whole().xy(np.array(-20.0), np.array(-30.0))
    np.testing.assert_allclose(label.get_position(), at, atol=1e-6)


def test_profiles_show_the_folds_and_one_latitude_axis(monkeypatch, tmp_path):
    figure = figure_of(monkeypatch, tmp_path, fold=2)
    world, profile = figure.axes[0], figure.axes[1]
    assert profile.get_ylim() == world.get_ylim()
    assert [t.get_text() for t in profile.get_legend().get_texts()] == ["≥ 1", "≥ 2", "≥ 3"]
    widths = [line.get_linewidth() for line in profile.lines]
    assert widths[1] > widths[0] == widths[2]
    gaps = figure.axes[4]
    assert [t.get_text() for t in gaps.get_legend().get_texts()] == ["longest", "median"]


def test_a_high_fold_is_among_the_lines_of_the_profile(monkeypatch, tmp_path):
    settings = case()
    many = {k: np.repeat(settings["grid"][k][:1], 8, axis=0) for k in ("share", "longest_gap_s")}
    figure = figure_of(
        monkeypatch,
        tmp_path,
        fold=7,
        grid=settings["grid"] | many,
        profile_share=np.repeat(settings["profile_share"][:1], 8, axis=0),
    )
    names = [t.get_text()[2:] for t in figure.axes[1].get_legend().get_texts()]
    assert names == ["1", "2", "3", "7"]


def test_texts_stay_on_the_page(monkeypatch, tmp_path):
    figure = figure_of(monkeypatch, tmp_path, title="wide WORD " * 40, footer="m" * 400)
    page = figure.bbox
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x1 <= page.x1
        assert box.y0 >= page.y0
        assert box.y1 <= page.y1


# Files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["map.gif", "map", ".png", "map.png.tmp"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"should end in \.png, \.svg, \.pdf$"):
        plot_coverage(tmp_path / name, **case())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_and_a_missing_folder_are_refused(tmp_path):
    (tmp_path / "a.png").mkdir()
    for path in (tmp_path / "a.png", tmp_path / "no" / "b.png"):
        with pytest.raises(InputError, match="no file can be made there"):
            plot_coverage(path, **case())


def test_a_full_disk_leaves_what_was_there(monkeypatch, tmp_path):
    path = tmp_path / "map.png"
    path.write_bytes(b"old")

    def full(self, content):
        self.touch()
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(type(path), "write_bytes", full)
    with pytest.raises(InputError, match=r"map\.png: cannot be written: No space left") as caught:
        plot_coverage(path, **case())
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_picture_replaces_the_one_before_and_can_be_read(tmp_path):
    path = tmp_path / "map.svg"
    path.write_bytes(b"old")
    plot_coverage(path, **case())
    assert path.read_bytes().startswith(b"<?xml")
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


# Coast ------------------------------------------------------------------------------------


def test_the_coast_is_closed_and_on_the_earth():
    rings = coastline()
    assert len(rings) == 125
    assert all(len(ring) >= 4 and (ring[0] == ring[-1]).all() for ring in rings)
    every = np.concatenate(rings)
    assert np.abs(every[:, 0]).max() < 90.0
    assert np.abs(every[:, 1]).max() <= 180.0
    assert not any(ring.flags.writeable for ring in rings)
    around = [r for r in rings if abs(np.ptp(np.unwrap(r[:, 1], period=360.0)[[0, -1]])) > 180.0]
    assert len(around) == 1  # Antarctica
    assert around[0][:, 0].max() < -60.0


def test_names_are_cut_to_one_line():
    assert elided("a\nb\x07  c") == "a b c"
    assert len(elided("x" * 99)) == 30
