import datetime
import time
import zoneinfo

print(time.tzname, datetime.datetime.fromtimestamp(0).astimezone())
try:
    print(zoneinfo.ZoneInfo("Europe/Berlin").utcoffset(datetime.datetime(2024, 7, 1)))
except zoneinfo.ZoneInfoNotFoundError as e:
    print(e)
now = time.time()
print(1.6e9 < now < 1e10, time.monotonic() > 0, time.process_time() < 5, abs(time.time() - now) < 5)
