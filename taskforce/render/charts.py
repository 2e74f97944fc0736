"""Charts of who pays: a Plotly figure and the server's own drawing of it, both from the same numbers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import plotly.graph_objects as go
from markupsafe import Markup

from taskforce.render import areas, bars
from taskforce.render.series import Series, Stack, Year, stacked
from taskforce.render.wording import gettext, money, percent

__all__ = ["Figure", "Year", "share_bar", "shares_by_year"]


@dataclass(frozen=True)
class Figure:
    """One chart three times: `json` for Plotly (safe inside a script element, empty when there is none), `svg` for wide
    and `narrow_svg` for narrow places."""

    json: Markup
    svg: Markup
    narrow_svg: Markup


def shares_by_year(
    years: Sequence[Year], *, title: str, currency: str, known_until: int | None = None, gap: str = ""
) -> Figure:
    """The share of each payer in each year's money, stacked to the whole; the first payer named lies at the bottom.

    Years after `known_until` are striped. `gap` names the series that nobody pays; it is drawn hollow. A year without
    money leaves a hole. One year alone becomes a bar.

    Raises:
        ValueError: there is no year, a year stands twice, or an amount is below zero.
    """
    stack = stacked(years, currency=currency, known_until=known_until, gap=gap)
    if len(stack.years) == 1:
        return share_bar(stack.years[0].amounts, title=title, currency=currency, gap=gap)
    words = (title, _description(stack))
    return Figure(
        json=_safe(_figure(stack)),
        svg=areas.picture(stack, words, areas.WIDE),
        narrow_svg=areas.picture(stack, words, areas.NARROW),
    )


def share_bar(amounts: Mapping[str, Decimal], *, title: str, currency: str, gap: str = "") -> Figure:
    """The shares of one year as one bar, with a line of figures for each payer; for pages, it needs no script.

    Raises:
        ValueError: an amount is below zero.
    """
    stack = stacked([Year(0, amounts)], currency=currency, known_until=None, gap=gap)
    lines = [
        f"{series.label} {percent(stack.share(series.label, 0))}, {money(stack.amount(series.label, 0), currency)}"
        for series in stack.series
    ]
    words = (title, "; ".join(lines) or gettext("No amounts are recorded."))
    return Figure(
        json=Markup(""),
        svg=bars.picture(stack, words, bars.WIDE),
        narrow_svg=bars.picture(stack, words, bars.NARROW),
    )


def _description(stack: Stack) -> str:
    """What the picture shows, in words: the shares of every payer in the first and the last year with money."""
    counted = [index for index in range(len(stack.years)) if stack.total(index)]
    if not counted:
        return gettext("No amounts are recorded.")
    first, last = counted[0], counted[-1]
    lines = [
        gettext("%(payer)s: %(before)s in %(first)s, %(after)s in %(last)s")
        % {
            "payer": series.label,
            "before": percent(stack.share(series.label, first)),
            "first": stack.years[first].year,
            "after": percent(stack.share(series.label, last)),
            "last": stack.years[last].year,
        }
        for series in stack.series
    ]
    return "; ".join(lines) + "."


def _plain(words: str) -> str:
    """Text that Plotly must not take for its own markup."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _trace(stack: Stack, series: Series, run: list[int], *, is_first: bool) -> go.Scatter:
    """One payer over years that follow each other with money; a single year is a column, as in areas.py."""
    pattern = {"shape": "/", "fgcolor": "#8b969c", "bgcolor": "#fff", "size": 7, "solidity": 0.3}
    doubled = [run[0], run[0]] if len(run) == 1 else run
    shifts = [-areas.COLUMN, areas.COLUMN] if len(run) == 1 else [0] * len(run)
    return go.Scatter(
        name=_plain(series.label),
        x=[stack.years[index].year + shift for index, shift in zip(doubled, shifts, strict=True)],
        y=[round(float(stack.share(series.label, index) or 0) * 100, 2) for index in doubled],
        customdata=[
            gettext("amount not known")
            if stack.years[index].is_share_only
            else money(stack.amount(series.label, index), stack.currency)
            for index in doubled
        ],
        hovertemplate="%{fullData.name}: %{y:.0f}% · %{customdata}<extra></extra>",
        mode="lines",
        line={"width": 1, "color": "#fff"},
        stackgroup=f"run{run[0]}",
        legendgroup=series.label,
        showlegend=is_first,
        **({"fillpattern": pattern} if series.is_gap else {"fillcolor": series.colour}),
    )


def _shapes(stack: Stack) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The half line, the part that is not known yet, and the marked years, with their words."""
    first, last = stack.years[0].year, stack.years[-1].year
    half = {"type": "line", "x0": first, "x1": last, "y0": 50, "y1": 50, "line": {"color": "#fff", "dash": "dot"}}
    shapes: list[dict[str, object]] = [half]
    words: list[dict[str, object]] = []
    if stack.known_until is not None and stack.known_until < last:
        since = max(stack.known_until + 0.5, first)
        box = {"type": "rect", "x0": since, "x1": last, "y0": 0, "y1": 100, "line": {"width": 0}}
        shapes.append(box | {"fillcolor": "rgba(255,255,255,0.28)"})
        beyond = {"x": last, "y": 2, "xanchor": "right", "yanchor": "bottom", "showarrow": False}
        words.append(beyond | {"text": _plain(gettext("not yet known")), "bgcolor": "rgba(255,255,255,0.85)"})
    for year in stack.years:
        if year.mark:
            shapes.append({"type": "line", "x0": year.year, "x1": year.year, "y0": 0, "y1": 100, "line": {"width": 2}})
            above = {"x": year.year, "yref": "paper", "y": 1.01, "yanchor": "bottom", "showarrow": False}
            words.append(above | {"text": _plain(year.mark), "font": {"weight": 700}})
    return shapes, words


def _ticks(stack: Stack) -> dict[str, object]:
    """The years, and under the first of each kind what kind of figures follow."""
    written = []
    for index, year in enumerate(stack.years):
        is_new = year.note and (index == 0 or stack.years[index - 1].note != year.note)
        written.append(f"{year.year}<br>{_plain(year.note)}" if is_new else str(year.year))
    return {"tickvals": [year.year for year in stack.years], "ticktext": written}


def _figure(stack: Stack) -> go.Figure:
    shapes, words = _shapes(stack)
    for label in areas.labels(stack, areas.WIDE):
        font = {"color": label.series.ink, "weight": 700}
        spot = {"x": round(label.year, 2), "y": round(label.share * 100, 1), "showarrow": False}
        words.append(spot | {"text": _plain(label.series.label), "font": font})
    shown = {label.series.label for label in areas.labels(stack, areas.WIDE)}
    runs = stack.runs()
    traces = [_trace(stack, each, run, is_first=run is runs[0]) for run in runs for each in stack.series]
    figure = go.Figure(data=traces)
    figure.update_layout(
        margin={"l": 48, "r": 16, "t": 36, "b": 48},
        height=400,
        showlegend=any(series.label not in shown for series in stack.series),
        legend={"orientation": "h", "y": -0.16},
        xaxis={**_ticks(stack), "ticks": "outside", "ticklen": 5, "fixedrange": True, "showgrid": False},
        yaxis={"range": [0, 100], "ticksuffix": "%", "fixedrange": True, "showgrid": False},
        hovermode="x unified",
        font={"size": 13, "family": "system-ui, Noto Sans, Arial, sans-serif", "color": "#0b0c0c"},
        shapes=shapes,
        annotations=words,
    )
    figure.layout.template = None  # Plotly's own template would add 6.5 KB to every page
    return figure


def _safe(figure: go.Figure) -> Markup:
    """The figure as JSON that cannot end the script element in which it stands."""
    compact = json.dumps(json.loads(figure.to_json()), ensure_ascii=False, separators=(",", ":"))
    return Markup(compact.replace("<", "\\u003c"))  # noqa: S704 (no tag can begin without <)
