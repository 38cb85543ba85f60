import json
import re as regular
import decimal

print(json.value, json.__file__, regular.__file__, decimal.value)
