"""Say what is cooked: each tool with the act it is for, each dish as the order of its tools; and pick from them."""

from dataclasses import dataclass
from enum import StrEnum

from engine.chance import Chance


class Act(StrEnum):
    """What the hand does with a tool."""

    TAP = "tap"
    SQUEEZE = "squeeze"
    STIR = "stir"
    POUR = "pour"


ACTS = tuple(Act)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool or an ingredient: what is done with it, how firmly (a share of the target), and what it leaves behind."""

    name: str
    act: Act
    heft: float = 1.0
    leaves: str = ""


TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("egg", Act.TAP, leaves="yolk"),
        Tool("shaker", Act.TAP, leaves="specks"),
        Tool("teabag", Act.TAP),
        Tool("oats", Act.TAP, leaves="flakes"),
        Tool("herbs", Act.TAP, leaves="leaves"),
        Tool("lemon", Act.SQUEEZE),
        Tool("honey", Act.SQUEEZE, 0.9, leaves="honey"),
        Tool("tomato", Act.SQUEEZE, 0.8, leaves="pulp"),
        Tool("spoon", Act.STIR),
        Tool("whisk", Act.STIR),
        Tool("milk", Act.POUR, 0.9),
        Tool("water", Act.POUR),
        Tool("kettle", Act.POUR),
        Tool("oil", Act.POUR, 0.8, leaves="oil"),
    )
}

DISHES: dict[str, tuple[str, ...]] = {
    "pancake": ("egg", "milk", "shaker", "whisk", "lemon", "honey"),
    "lemonade": ("lemon", "honey", "water", "spoon", "herbs"),
    "tea": ("kettle", "teabag", "milk", "honey", "spoon"),
    "soup": ("oil", "tomato", "kettle", "shaker", "spoon", "herbs"),
    "salad": ("oil", "lemon", "honey", "whisk", "shaker", "herbs"),
    "porridge": ("oats", "water", "shaker", "milk", "spoon", "honey"),
}

STRANGERS = ("pin", "grater", "sieve")
MOST_CARDS = 4


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is cooked in one trial: the dish, its tools in order, and for each step which card lies at each place."""

    dish: str
    tools: tuple[str, ...]
    cards: tuple[tuple[str, ...], ...]

    @property
    def places(self) -> int:
        """Return at how many places cards lie."""
        return len(self.cards[0])


def chosen(dish: str, acts: tuple[str, ...], steps: int) -> tuple[str, ...]:
    """Return ``steps`` tools of a dish, in its order, with as many of ``acts`` as go in; fewer if it has no more."""
    fit = [name for name in DISHES[dish] if TOOLS[name].act in acts]
    first = [next((name for name in fit if TOOLS[name].act == act), "") for act in acts]
    wanted = [name for name in first if name][:steps]
    wanted += [name for name in fit if name not in wanted][: steps - len(wanted)]
    return tuple(name for name in fit if name in wanted)


def possible(acts: tuple[str, ...], steps: int) -> tuple[str, ...]:
    """Return the dishes that have most of ``steps`` tools for ``acts``, and of those the ones with most of the acts."""
    picks = {dish: chosen(dish, acts, steps) for dish in DISHES}
    most = max(_worth(tools) for tools in picks.values())
    return tuple(dish for dish, tools in picks.items() if _worth(tools) == most)


def _worth(tools: tuple[str, ...]) -> tuple[int, int]:
    return len(tools), len({TOOLS[name].act for name in tools})


def drawn(acts: tuple[str, ...], steps: int, distractors: int, chance: Chance) -> Recipe:
    """Draw a dish and how its cards are laid: each stays where it lies until it is used, then the next takes its place.

    With more acts than steps, chance says which of them are left out. There are four places at most; without a card
    too many, only the last step has a single card.
    """
    acts = acts if steps >= len(acts) else tuple(_shuffled(list(acts), chance)[:steps])
    dish = chance.choice(possible(acts, steps))
    tools = chosen(dish, acts, steps)
    wrong = _too_many(tools, distractors, chance)
    shown = min(len(tools), MOST_CARDS - len(wrong))
    lying = _shuffled([*tools[:shown], *wrong], chance)
    rows = [tuple(lying)]
    for step in range(1, len(tools)):
        following = tools[step + shown - 1] if step + shown - 1 < len(tools) else ""
        lying[lying.index(tools[step - 1])] = following
        rows.append(tuple(lying))
    return Recipe(dish, tools, tuple(rows))


def _too_many(tools: tuple[str, ...], count: int, chance: Chance) -> list[str]:
    """Draw what is not needed: first what no dish needs, then the tools of other dishes."""
    others = _shuffled([name for name in TOOLS if name not in tools], chance)
    return [*_shuffled(list(STRANGERS), chance)[:1], *others][:count]


def _shuffled(names: list[str], chance: Chance) -> list[str]:
    left, out = list(names), []
    while left:
        out.append(left.pop(chance.below(len(left))))
    return out
