import csv
import io
import json

buffer = io.StringIO()
csv.writer(buffer).writerows([["a", 'q"uote'], [1.5, None]])
print(repr(buffer.getvalue()))
print(json.dumps({"é": float("nan"), "b": [1, 2]}), json.loads("[1e3]"))
json.loads('{"a": 1,}')
