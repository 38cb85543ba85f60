# env: TZ=America/New_York
import datetime
import time

print(time.tzname, time.timezone, time.strftime("%Z %z", time.localtime(0)))
print(datetime.datetime.fromtimestamp(0), datetime.datetime.fromtimestamp(0).astimezone())
