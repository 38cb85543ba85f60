def cause():
    try:
        {}["key"]
    except KeyError as e:
        raise ValueError("wrong") from e


try:
    cause()
except ValueError:
    raise RuntimeError("while handling")
