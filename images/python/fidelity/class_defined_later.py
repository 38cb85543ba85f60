import dataclasses
import enum
import typing


@dataclasses.dataclass(order=True)
class D:
    x: int
    y: "list[D]" = dataclasses.field(default_factory=list)


class E(enum.Flag):
    A = enum.auto()
    B = enum.auto()


print(D(1), D(1) < D(2), E.A | E.B, typing.get_type_hints(D), D.__qualname__)
D()
